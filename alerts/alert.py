"""The life of one finding at the desk: firing, improving, resolved or withdrawn.

An alert is a value that `advance` replaces; the transition number decides what is news, so a
repeated or overtaken signal changes nothing however often it arrives.  The rejected alternative,
an object with methods that change it, would need a lock and could not be compared with its
replayed twin.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from alerts.handling import Handling, Told
from alerts.notice import Why
from alerts.signal import Level, Signal, Transition


class State(StrEnum):
    """Say where in its life an alert is."""

    FIRING = "firing"
    IMPROVING = "improving"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Say what a signal did to its alert."""

    NEW = "new"
    WORSE = "worse"
    IMPROVING = "improving"
    RELAPSED = "relapsed"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    ALREADY_KNOWN = "already known"
    ALREADY_OVER = "already over"


@dataclass(frozen=True, slots=True)
class Step:
    """Carry the named outcome of one call of `advance`."""

    alert: str
    number: int
    reason: Reason

    @property
    def changed(self) -> bool:
        """Tell whether the alert moved at all."""
        return self.reason not in (Reason.ALREADY_KNOWN, Reason.ALREADY_OVER)


@dataclass(frozen=True, slots=True)
class Alert:
    """Hold what is known about one finding after its last transition.

    Instants are event time in UTC milliseconds.  `handling` is what the desk has done about it,
    which no signal changes.
    """

    id: str
    state: State
    level: Level
    touchpoint: str
    rule: str
    kind: str
    per: str
    scope: str
    opened_at: int
    changed_at: int
    closed_at: int | None
    number: int
    reason: str
    cases: int
    customers: int
    peak_customers: int
    evidence: Mapping[str, object]
    handling: Handling = field(default_factory=Handling)

    @property
    def told(self) -> tuple[str, ...]:
        """Return the receivers who were told of it."""
        return tuple(self.handling.told)

    @property
    def is_open(self) -> bool:
        """Tell whether the finding still stands."""
        return self.closed_at is None

    def to_row(self) -> dict[str, object]:
        """Return the fields as a mapping that is ready for JSON."""
        row: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        return row | {
            "state": self.state.value,
            "level": self.level.value,
            "evidence": dict(self.evidence),
            "handling": self.handling.to_row(),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Rebuild the alert that `to_row` described."""
        values = {name: row[name] for name in cls.__slots__ if name != "handling"}
        values["state"] = State(row["state"])
        values["level"] = Level(row["level"])
        values["handling"] = Handling.from_row(row["handling"]) if "handling" in row else _old(row)
        return cls(**values)


def _old(row: Mapping[str, Any]) -> Handling:
    """Return what an alert of version 0.1 knew: the names of who was told."""
    told = Told(
        row["number"], Level(row["level"]), row["customers"], Why.FIRST, row["changed_at"], 1
    )
    if row["closed_at"] is not None:
        told = replace(told, why=Why.RESOLVED)
    return Handling(told=dict.fromkeys(row["told"], told), loud_since=row["opened_at"])


_STATES = {
    Transition.OPENED: State.FIRING,
    Transition.WORSE: State.FIRING,
    Transition.IMPROVING: State.IMPROVING,
    Transition.RELAPSED: State.FIRING,
    Transition.RESOLVED: State.RESOLVED,
    Transition.WITHDRAWN: State.WITHDRAWN,
}


def advance(alert: Alert | None, signal: Signal) -> tuple[Alert, Step]:
    """Move an alert along by one signal, or begin it, and say what happened."""
    if alert is None:
        fresh = _begin(signal)
        reason = Reason(fresh.state.value) if signal.closes else Reason.NEW
        return fresh, Step(signal.id, signal.number, reason)
    if alert.id != signal.id:
        raise ValueError(f"signal {signal.id} is not about alert {alert.id}")
    reason = _why(alert, signal)
    step = Step(signal.id, signal.number, reason)
    return (_moved(alert, signal) if step.changed else alert), step


def _why(alert: Alert, signal: Signal) -> Reason:
    if signal.number <= alert.number:
        return Reason.ALREADY_KNOWN
    # A late fact may still take back what was resolved; nothing else follows an end.
    if not alert.is_open and signal.transition is not Transition.WITHDRAWN:
        return Reason.ALREADY_OVER
    if alert.state is State.WITHDRAWN:
        return Reason.ALREADY_OVER
    if signal.transition is Transition.OPENED:
        return Reason.RELAPSED
    return Reason(signal.transition.value)


def _begin(signal: Signal) -> Alert:
    since = signal.evidence.get("since")
    return Alert(
        id=signal.id,
        state=_STATES[signal.transition],
        level=signal.level,
        touchpoint=signal.touchpoint,
        rule=signal.rule,
        kind=signal.kind,
        per=signal.per,
        scope=signal.scope,
        opened_at=since if isinstance(since, int) else signal.instant,
        changed_at=signal.instant,
        closed_at=signal.instant if signal.closes else None,
        number=signal.number,
        reason=signal.reason,
        cases=signal.cases,
        customers=signal.customers,
        peak_customers=signal.customers,
        evidence=signal.evidence,
    )


def _moved(alert: Alert, signal: Signal) -> Alert:
    # A relapse may come back quieter than the first blow; otherwise the level never falls,
    # so that the end of a critical alert is told as loudly as its beginning.
    relapsed = signal.transition in (Transition.RELAPSED, Transition.OPENED)
    level = signal.level if relapsed else max(alert.level, signal.level, key=_rank)
    return replace(
        alert,
        state=_STATES[signal.transition],
        level=level,
        changed_at=signal.instant,
        closed_at=signal.instant if signal.closes else None,
        number=signal.number,
        reason=signal.reason,
        cases=signal.cases,
        customers=signal.customers,
        peak_customers=max(alert.peak_customers, signal.customers),
        evidence=signal.evidence,
    )


def _rank(level: Level) -> int:
    return level.rank

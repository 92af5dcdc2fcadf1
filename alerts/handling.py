"""What the desk has done about one alert: who knows what, who waits for word, who has it.

The record says what each receiver was *last told*, and every decision compares that with what is
true now.  So a news that could not be told, because of a silence, a night or a region's alert, is
told later or has become untrue meanwhile; nothing has to be queued, and nothing is told twice.  A
queue of things to say was rejected: after a night it says four things of which one is true.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from alerts.notice import Muted, Why
from alerts.signal import Level


@dataclass(frozen=True, slots=True)
class Told:
    """Say what one receiver was last told of an alert.

    `count` numbers the messages to this receiver, `line` is the group whose interval the last one
    began, and `threads` names, for each way of reaching them, the message that told it first.
    """

    number: int
    level: Level
    customers: int
    why: Why
    at: int
    count: int
    line: str = ""
    threads: Mapping[str, str] = field(default_factory=dict)

    def to_row(self) -> list[object]:
        """Return the fields, ready for JSON."""
        last = [self.at, self.count, self.line, dict(self.threads)]
        return [self.number, self.level.value, self.customers, self.why.value, *last]

    @classmethod
    def from_row(cls, row: list[Any]) -> Self:
        """Rebuild what `to_row` described."""
        number, level, customers, why, *rest = row
        return cls(number, Level(level), customers, Why(why), *rest)


@dataclass(frozen=True, slots=True)
class Waits:
    """Say what one receiver is not told yet, why, since when, and when to look again.

    `line` is the one in which it waits for companions.
    """

    number: int
    muted: Muted
    since: int
    until: int | None = None
    line: str = ""

    def to_row(self) -> list[object]:
        """Return the fields, ready for JSON."""
        return [self.number, self.muted.value, self.since, self.until, self.line]

    @classmethod
    def from_row(cls, row: list[Any]) -> Self:
        """Rebuild what `to_row` described."""
        return cls(row[0], Muted(row[1]), *row[2:])


@dataclass(frozen=True, slots=True)
class Said:
    """Record who said something, and when; `until` is when it runs out."""

    who: str
    at: int
    until: int | None = None

    def holds(self, now: int) -> bool:
        """Tell whether it still counts."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Handling:
    """Hold all of it; `loud_since` is since when the alert is as loud as it is, None if it never was.

    `acted_at` is when somebody first took it or told the customer, whoever says so again later;
    alerts of version 0.1 do not say it.
    `escalated` are the receivers who were called in, in the order of the steps.
    """

    told: Mapping[str, Told] = field(default_factory=dict)
    waits: Mapping[str, Waits] = field(default_factory=dict)
    loud_since: int | None = None
    escalated: tuple[str, ...] = ()
    taken: Said | None = None
    refused: Said | None = None
    informed: Said | None = None
    relapses: tuple[int, ...] = ()
    is_history: bool = False
    next_at: int | None = None
    acted_at: int | None = None

    def has_it(self, now: int) -> bool:
        """Tell whether somebody has it."""
        return self.taken is not None and self.taken.holds(now)

    def first_act(self) -> int | None:
        """Return when somebody first acted, as far as it is known."""
        said = [one for one in (self.taken, self.informed) if one is not None]
        # What is let go at the same instant was called not real before, and nobody had it.
        known = [one.at for one in said if one.holds(one.at)]
        return min(known, default=None) if self.acted_at is None else self.acted_at

    def acting(self, now: int) -> "Handling":
        """Record that somebody acts; only the first time counts."""
        return self if self.acted_at is not None else replace(self, acted_at=now)

    def telling(self, receiver: str, told: Told) -> "Handling":
        """Record that a receiver was told."""
        waits = {name: value for name, value in self.waits.items() if name != receiver}
        return replace(self, told={**self.told, receiver: told}, waits=waits)

    def waiting(self, waits: Mapping[str, Waits]) -> "Handling":
        """Record who waits for word."""
        return replace(self, waits=dict(waits))

    def to_row(self) -> dict[str, object]:
        """Return what differs from nothing, ready for JSON."""
        row: dict[str, object] = {
            "told": {name: told.to_row() for name, told in self.told.items()},
            "waits": {name: waits.to_row() for name, waits in self.waits.items()},
            "escalated": list(self.escalated),
            "relapses": list(self.relapses),
            "loud_since": self.loud_since,
            "is_history": self.is_history,
            "next_at": self.next_at,
            "acted_at": self.acted_at,
        }
        for name in ("taken", "refused", "informed"):
            said: Said | None = getattr(self, name)
            row[name] = said and [said.who, said.at, said.until]
        return {name: value for name, value in row.items() if value not in (None, [], {}, False)}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Rebuild what `to_row` described."""
        values = dict(row)
        values["told"] = {name: Told.from_row(told) for name, told in row.get("told", {}).items()}
        values["waits"] = {n: Waits.from_row(waits) for n, waits in row.get("waits", {}).items()}
        values["escalated"] = tuple(row.get("escalated", ()))
        values["relapses"] = tuple(row.get("relapses", ()))
        for name in ("taken", "refused", "informed"):
            values[name] = Said(*row[name]) if name in row else None
        return cls(**values)

"""The findings of one rule in one scope: their ids, their numbers, and what people were told.

An id is a hash of the rule, the scope, the instant of occurrence and a re-opening number: never
random, never the clock, never the threshold, so that every replay names the same finding alike.

When late facts change the past, the stream is folded again and gives *runs*, the findings as they
are now known to have been.  `reconcile` compares them with what was told: a finding that still
has a run keeps its id, one without is withdrawn, a run that nobody heard of is told.  Withdrawing
everything and telling it anew was rejected: people would get two messages for every correction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from alerts.signal import Level, Signal, Transition
from service.engine.scored import Step

FOREVER = 2**62


@dataclass(slots=True)
class Told:
    """Remember one finding: what it is called, how far it was told, how it stands.

    `opened` and `closed` are as people were told, `since` and `until` as is known by now.
    """

    id: str
    opened: int
    level: Level
    number: int = 0
    closed: int | None = None
    improving: bool = False
    withdrawn: bool = False
    since: int = -1
    until: int | None = None

    def __post_init__(self) -> None:
        """Begin with what is told being what is known."""
        if self.since < 0:
            self.since = self.opened

    @property
    def is_open(self) -> bool:
        """Tell whether the finding stands."""
        return self.closed is None


@dataclass(slots=True)
class Run:
    """Hold one finding as the facts now give it; `steps` are those since the horizon."""

    opened: int
    begun_before: bool = False
    steps: list[Step] = field(default_factory=list)

    @property
    def closed(self) -> int | None:
        """Return when it ended, None while it stands."""
        return self.steps[-1].instant if self.steps and self.steps[-1].closes else None

    def meets(self, told: Told) -> bool:
        """Tell whether this is a told finding: both share an instant, or it goes on from before."""
        if self.begun_before:
            return self.opened == told.since
        until = FOREVER if self.closed is None else self.closed
        return told.opened <= until and self.opened <= _end(told.closed)

    def last(self, *transitions: Transition) -> Step | None:
        """Return the last step of some kinds."""
        found = [step for step in self.steps if step.transition in transitions]
        return found[-1] if found else None


class Episodes:
    """Name and number the findings of one rule in one scope."""

    def __init__(
        self, touchpoint: str, rule: str, kind: str, per: str, scope: str, about: str = ""
    ) -> None:
        """Begin with none; `about` tells findings of one rule in one scope apart."""
        self.touchpoint = touchpoint
        self.rule = rule
        self.kind = kind
        self.per = per
        self.scope = scope
        self.about = about
        self.told: list[Told] = []

    def standing(self) -> Told | None:
        """Return the finding that stands, if one does."""
        return next((told for told in reversed(self.told) if told.is_open), None)

    def tell(self, step: Step) -> Signal:
        """Return the next transition as a signal."""
        told = self.standing()
        if step.transition is Transition.OPENED or told is None:
            told = Told(self._name(step.instant), step.instant, step.level)
            self.told.append(told)
        return self._signal(told, step)

    def loud(self) -> list[tuple[int, int]]:
        """Return from when to when findings lasted that were more than a watch."""
        return [
            (told.since, _end(told.until))
            for told in self.told
            if not told.withdrawn and told.level is not Level.WATCH
        ]

    def forget(self, before: int) -> None:
        """Let go of what ended before the horizon: no late fact can reach it."""
        self.told = [told for told in self.told if _end(told.until) >= before]

    def reconcile(self, runs: Sequence[Run], since: int, at: int, reason: str) -> list[Signal]:
        """Return what must be said so that people know what the facts now give.

        `runs` are the findings since an instant; what ended before it is not looked at.
        """
        untold = list(runs)
        signals: list[Signal] = []
        for told in [t for t in self.told if not t.withdrawn and _end(t.until) >= since]:
            meeting = [run for run in runs if run.meets(told)]
            if not meeting:
                signals.append(self._withdraw(told, at, reason))
                continue
            run = next(
                (run for run in meeting if any(run is other for other in untold)), meeting[-1]
            )
            if told.is_open or run.closed is not None:
                untold = [other for other in untold if other is not run]
                signals += self._catch_up(told, run)
        for run in (run for run in untold if run.steps):
            signals += self._tell_anew(run)
        self.told.sort(key=lambda told: (told.opened, told.id))
        return signals

    def state(self) -> list[list[object]]:
        """Return what a snapshot must know, as plain values."""
        return [[*(getattr(told, name) for name in Told.__slots__)] for told in self.told]

    def restore(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take over what `state` gave."""
        self.told = [Told(row[0], row[1], Level(row[2]), *row[3:]) for row in rows]

    def _catch_up(self, told: Told, run: Run) -> list[Signal]:
        """Tell what a known finding has become; its id stays."""
        signals: list[Signal] = []
        told.since, told.until = run.opened, run.closed
        if run.closed is not None:
            return [self._signal(told, run.steps[-1])] if told.is_open else []
        worst = max((step.level for step in run.steps), key=lambda lv: lv.rank, default=told.level)
        louder = run.last(Transition.OPENED, Transition.WORSE, Transition.RELAPSED)
        if worst.rank > told.level.rank and louder is not None:
            signals.append(self._signal(told, louder._replace(transition=Transition.WORSE)))
        now = run.last(Transition.OPENED, Transition.IMPROVING, Transition.RELAPSED)
        if now is not None and (now.transition is Transition.IMPROVING) != told.improving:
            turn = Transition.RELAPSED if told.improving else Transition.IMPROVING
            signals.append(self._signal(told, now._replace(transition=turn)))
        return signals

    def _tell_anew(self, run: Run) -> list[Signal]:
        told = Told(self._name(run.opened), run.opened, run.steps[0].level)
        self.told.append(told)
        return [self._signal(told, step) for step in run.steps]

    def _withdraw(self, told: Told, at: int, reason: str) -> Signal:
        told.withdrawn = True
        evidence = {"since": told.opened}
        step = Step(Transition.WITHDRAWN, told.level, at, reason, 0, 0, evidence)
        return self._signal(told, step)

    def _name(self, instant: int) -> str:
        """Return an id that this instant has not had yet."""
        known = {told.id for told in self.told}
        reopened = 0
        while (found := self._hash(instant, reopened)) in known:
            reopened += 1
        return found

    def _hash(self, instant: int, reopened: int) -> str:
        parts = [self.touchpoint, self.rule, self.per, self.scope, str(instant), str(reopened)]
        parts += [self.about] if self.about else []
        return blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()

    def _signal(self, told: Told, step: Step) -> Signal:
        told.number += 1
        told.level = step.level
        told.improving = step.transition is Transition.IMPROVING
        if step.closes:
            told.closed = told.until = step.instant
        return Signal(
            id=told.id,
            number=told.number,
            transition=step.transition,
            level=step.level,
            touchpoint=self.touchpoint,
            rule=self.rule,
            kind=self.kind,
            per=self.per,
            scope=self.scope,
            instant=step.instant,
            cases=step.cases,
            customers=step.customers,
            reason=step.reason,
            evidence=step.evidence,
        )


def _end(instant: int | None) -> int:
    return FOREVER if instant is None else instant

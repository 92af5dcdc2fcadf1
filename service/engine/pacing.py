"""The rule `pace`: worse than is usual here, with a known rate of false warnings (03, D1 and D2).

A checkpoint CUSUM.  Every case is looked at when it reaches a half, one and two times its promise,
answered or not; still open adds to the statistic, answered since the last look takes from it.
Whoever never answers is seen as early as who answers slowly.  With the promise as the only
checkpoint it is the classical chart of late and kept cases.  Windows over finished cases were
rejected: they never see a stall, and are 15 to 60 % slower at the same rate (03, section 3).

All figures are whole thousandths of a nat.  What they should be comes from the log
(service.engine.baseline); before that a stream only counts.
"""

from collections.abc import Callable, Mapping
from typing import Any

from alerts.signal import Level, Transition
from service.engine.baseline import Baseline, baseline_from
from service.engine.business_time import Calendar
from service.engine.case import Case
from service.engine.entries import Entries, Window
from service.engine.pace_evidence import evidence, is_all_late
from service.engine.plan import Rule
from service.engine.promise import FULL
from service.engine.schedule import NEVER, Schedule
from service.engine.scored import Scored, Step, What
from service.engine.untimed import Untimed
from service.engine.waiting import RANKS, customer_of, worst_units
from service.engine.zone import DAY_MS

# Recovery is a chart of its own, the other way round: its limits are ln 5 and ln 20 (03, 4.9).
IMPROVING_AT = 1609
RESOLVED_AT = 2996
EVIDENCE_MS = 28 * DAY_MS

# From the last zero to an instant: whether it is this place or everyone.
Around = Callable[[int, int], Mapping[str, object]]


def alone(since: int, instant: int) -> Mapping[str, object]:
    """Say nothing of others."""
    return {}


class PaceState(Untimed):
    """Follow the statistic of one scope, and judge."""

    kind = "pace"

    def __init__(self, rule: Rule, schedule: Schedule, around: Around = alone) -> None:
        """Begin at zero, with nothing known of what is usual."""
        self.schedule, self.around = schedule, around
        self.window = Window(Entries())
        self.base: Baseline | None = None
        self.base_at = NEVER
        self.statistic = self.recovery = self.told_late = 0
        self.zero_at = self.since = -1
        self.is_open = self.improving = False
        self.level = Level.WATCH
        self._judge_by(rule)

    def adopt(self, rule: Rule, hours: Calendar) -> None:
        """Judge by a rule with the same checkpoints; new scores come with the next baseline."""
        self._judge_by(rule)

    def _judge_by(self, rule: Rule) -> None:
        self.rule = rule
        looks = rule.checkpoints != (FULL,)
        self._places = {percent: i for i, percent in enumerate(rule.checkpoints)} if looks else {}

    def copy(self) -> "PaceState":
        """Return a state that goes its own way."""
        found = PaceState.__new__(PaceState)
        for name in ("rule", "schedule", "around", "base", "_places", *_VALUES):
            setattr(found, name, getattr(self, name))
        found.window = self.window.copy()
        return found

    def take(self, item: Scored) -> Step | None:
        """Count a score or a look, and judge."""
        if self.base_at < self.schedule.last:
            self._renew(item.instant)
        place = 0
        if item.what is What.SCORE:
            self._count(item)
            if self._places:
                return None
        elif item.what is What.LOOK and item.checkpoint in self._places:
            place = self._places[item.checkpoint]
        else:
            return None
        base = self.base
        if base is None:
            return None
        return self._move(item.instant, (base.survive if item.late else base.answer)[place], base)

    def trim(self) -> None:
        """Let go of what no state from this one on looks at."""
        self.window.entries.trim(self.window.low)

    def stop(self, instant: int, reason: str) -> Step:
        """End the finding from outside."""
        return self._close(instant, reason)

    def counted(self) -> object:
        """Return what is counted, whatever was counted before."""
        return [self.statistic, self.recovery, self.window.counted()]

    def state(self) -> list[object]:
        """Return what a snapshot must know, as plain values."""
        values = [getattr(self, name) for name in _VALUES]
        return [*values, self.base and list(self.base), *self.window.state()]

    def restore(self, row: list[Any]) -> None:
        """Take over what `state` gave."""
        values, base, window = row[: len(_VALUES)], row[len(_VALUES)], row[len(_VALUES) + 1 :]
        for name, value in zip(_VALUES, values, strict=True):
            setattr(self, name, value)
        self.level = Level(self.level)
        self.base = None if base is None else baseline_from(base)
        self.window.restore(window)

    def _renew(self, instant: int) -> None:
        """Take over baselines that came into force; while something goes on, the old one holds."""
        for since, base in self.schedule.rows:
            if self.base_at < since < instant:
                self.base_at = since
                limit = 0 if self.base is None else self.base.warning or self.base.watch
                if not self.is_open and 2 * self.statistic <= limit:
                    if self.base is None:
                        self._begin_anew(since)
                    self.base = base

    def _count(self, item: Scored) -> None:
        """Count a case at its due instant, for what people are told."""
        window = self.window
        window.add(item.instant, item.case if item.late else None)
        while (first := window.first()) is not None and first < item.instant - EVIDENCE_MS:
            window.drop_first()

    def _move(self, instant: int, score: int, base: Baseline) -> Step | None:
        """Add a score, never below zero and never above the limit (03, 4.9: a cap)."""
        cap = base.warning or base.watch
        self.statistic = min(max(self.statistic + score, 0), cap)
        if self.is_open:
            return self._follow(instant, score)
        if self.statistic == 0:
            self._begin_anew(instant)
        return self._open(instant) if score > 0 else None

    def _begin_anew(self, instant: int) -> None:
        self.zero_at = instant
        self.window.clear()

    def _open(self, instant: int) -> Step | None:
        level = self._reached()
        if level is None or self._customers() < self.rule.minimum_late:
            return None
        self.is_open, self.improving, self.since = True, False, instant
        self.level, self.recovery, self.told_late = level, 0, self.window.late
        return self._step(Transition.OPENED, instant, "worse than usual")

    def _follow(self, instant: int, score: int) -> Step | None:
        """Follow an open finding: over, worse again, stronger, or better."""
        self.recovery = max(self.recovery - score, 0)
        if self.recovery >= RESOLVED_AT:
            return self._close(instant, "back to usual")
        if self.improving:
            return None if self.recovery else self._turn(instant, Transition.RELAPSED)
        level, late = self._reached(), self.window.late
        if level is not None and RANKS[level] > RANKS[self.level]:
            self.level, self.told_late = level, late
            return self._step(Transition.WORSE, instant, "stronger evidence")
        if score > 0 and late >= 2 * max(self.told_late, 1):
            self.told_late = late
            return self._step(Transition.WORSE, instant, "twice as many let down")
        return self._turn(instant, Transition.IMPROVING) if self.recovery >= IMPROVING_AT else None

    def _turn(self, instant: int, transition: Transition) -> Step:
        self.improving = transition is Transition.IMPROVING
        reason = "answers as usual again" if self.improving else "worse again"
        return self._step(transition, instant, reason)

    def _close(self, instant: int, reason: str) -> Step:
        self.is_open = self.improving = False
        step = self._step(Transition.RESOLVED, instant, reason)
        self.statistic = self.recovery = self.told_late = 0
        self._begin_anew(instant)
        return step

    def _reached(self) -> Level | None:
        base = self.base
        if base is None:
            return None
        if base.warning and self.statistic >= base.warning:
            return Level.WARNING
        return Level.WATCH if base.watch and self.statistic >= base.watch else None

    def _customers(self) -> int:
        return len({customer_of(case) for case in self.window.late_cases()})

    def _step(self, transition: Transition, instant: int, reason: str) -> Step:
        late = self.window.late_cases()
        people = len({customer_of(case) for case in late})
        return Step(
            transition,
            self.level,
            instant,
            reason,
            len(late),
            people,
            self._evidence(late, instant),
        )

    def _evidence(self, late: list[Case], instant: int) -> dict[str, object]:
        found = evidence(self.window, self.base, late)
        found |= {"since": self.zero_at, "statistic": self.statistic}
        if self.rule.per != "unit":
            found["units"] = worst_units(late)
        verdict = dict(self.around(self.zero_at, instant))
        if self.rule.per != "unit" and is_all_late(self.window, self.base, instant):
            verdict["verdict"] = "feed"
        return found | verdict


_VALUES = (
    "base_at",
    "statistic",
    "recovery",
    "told_late",
    "zero_at",
    "since",
    "is_open",
    "improving",
    "level",
)

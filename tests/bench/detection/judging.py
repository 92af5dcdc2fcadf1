"""The shipped rule on invented streams: what is usual, known or learned, and when it speaks."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from alerts.signal import Level, Transition
from service.detection.learning import baselines
from service.engine.baseline import PPM, Baseline, Learned
from service.engine.pacing import PaceState
from service.engine.plan import Rule
from service.engine.schedule import Schedule
from service.engine.scored import Scored, Step, What
from service.settings.pace import PaceRule
from tests.bench.detection.feed import Looks, Unit, day_counts, told
from tests.bench.detection.world import WEEK, YEAR_WEEKS, stays

_WRITTEN = PaceRule(id="pace", kind="pace")
SHIPPED = Rule(
    "pace",
    "pace",
    minimum_late=_WRITTEN.minimum.late,
    checkpoints=_WRITTEN.checkpoints,
    odds=_WRITTEN.worth_a_warning,
    watches_a_year=_WRITTEN.false_warnings.watch or 0,
    warnings_a_year=_WRITTEN.false_warnings.warning or 0,
)
# The bare statistic: one level, and no least number of customers.
WATCH = replace(SHIPPED, minimum_late=0, warnings_a_year=0)
WARNING = replace(SHIPPED, minimum_late=0, watches_a_year=0)
RATES = {"watch": SHIPPED.watches_a_year / PPM, "warning": SHIPPED.warnings_a_year / PPM}
_REGION = _WRITTEN.region
REGION = Rule(
    "pace-region",
    "pace",
    "region",
    minimum_late=0,
    checkpoints=(100,),
    odds=_REGION.worth_a_warning if _REGION else 0,
    warnings_a_year=(_REGION.false_warnings.warning or 0) if _REGION else 0,
)
_MANY_WEEKS = 10**7


def known(rule: Rule, per_week: float, shares: tuple[float, ...] = ()) -> Baseline:
    """Return the baseline of a stream whose truth is known: learned from ages of it."""
    shares = shares or (stays() if len(rule.checkpoints) > 1 else stays(at=(1,)))
    looked = [round(per_week * _MANY_WEEKS)]
    for share in shares:
        looked.append(round(looked[-1] * share))
    seen = Learned("u", "r", _MANY_WEEKS, tuple(looked[:-1]), tuple(looked[1:]), ())
    return baselines(rule, [seen])["u"]


def learned_from_looks(
    looks: Looks, regions: list[str], weeks: int, checkpoints: tuple[int, ...] = (50, 100, 200)
) -> list[Learned]:
    """Return what the history of each unit has to tell; looks must contain the scores."""
    days = day_counts(looks)
    units = len(regions)
    is_look = looks.what == What.LOOK
    counts = []
    for percent in checkpoints:
        here = is_look & (looks.checkpoint == percent)
        looked = np.bincount(looks.unit[here], minlength=units)
        stayed = np.bincount(looks.unit[here & looks.late], minlength=units)
        counts.append((looked.tolist(), stayed.tolist()))
    return [
        Learned(
            f"u{unit}",
            regions[unit],
            weeks,
            tuple(looked[unit] for looked, _ in counts),
            tuple(stayed[unit] for _, stayed in counts),
            tuple(days.get(unit, ())),
        )
        for unit in range(units)
    ]


def state_of(rule: Rule, base: Baseline) -> PaceState:
    """Return a stream at zero that judges by one baseline from the beginning."""
    return PaceState(rule, Schedule([(-1, base)]))


def first_step(state: PaceState, items: Iterable[Scored]) -> Step | None:
    """Return the first thing that a stream says."""
    take = state.take
    for item in items:
        step = take(item)
        if step is not None:
            return step
    return None


class Reached(NamedTuple):
    """Hold how many alarms came in how many years."""

    alarms: int
    years: float

    @property
    def rate(self) -> float:
        """Return alarms a year."""
        return self.alarms / self.years


def to_first(rule: Rule, base: Baseline, looks: Looks, units: int, weeks: float) -> Reached:
    """Return first alarms, and the years until then."""
    alarms, time = 0, 0.0
    for low, high in looks.bounds(units):
        step = first_step(state_of(rule, base), told(looks, low, high))
        alarms += step is not None
        time += weeks * WEEK if step is None else step.instant
    return Reached(alarms, time / WEEK / YEAR_WEEKS)


def as_users_see(base: Baseline, looks: Looks, units: int) -> dict[str, int]:
    """Return how many findings were opened, and how many reached a warning, over all the time."""
    found = {"watch": 0, "warning": 0}
    for low, high in looks.bounds(units):
        take = state_of(SHIPPED, base).take
        warned = False
        for item in told(looks, low, high, Unit("u")):
            step = take(item)
            if step is None:
                continue
            if step.transition is Transition.OPENED:
                found["watch"] += 1
                warned = False
            if step.level is Level.WARNING and not warned and not step.closes:
                found["warning"] += 1
                warned = True
    return found

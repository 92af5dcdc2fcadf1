"""How far the figures would move with other units: the bootstrap, by unit, seeded.

Whole units are drawn, with everything that happened there.  Drawing alarms or cases was rejected:
those of one unit resemble each other, so the intervals would be too narrow.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.backtest.episode import Alarm
from service.backtest.label import Label
from service.backtest.verdict import Fate, Finding
from service.backtest.warning import exposures
from service.backtest.world import DAY_MS, YEAR_MS, World

DRAWS = 1000
ENDS = (2.5, 97.5)

Floats = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """Hold the 95 % interval of a figure."""

    low: float
    high: float


class Intervals(NamedTuple):
    """Hold intervals by unit; None where the figure itself cannot be said."""

    per_unit_year: Interval | None
    recall: Interval | None
    median_days: Interval | None


def resample(
    false: Sequence[Alarm],
    findings: Sequence[Finding],
    labels: Sequence[Label],
    world: World,
    seed: int,
) -> Intervals:
    """Return the intervals of the rate of false warnings, of recall and of the median delay."""
    units = sorted({place[1] for place in world.passages})
    drawn = np.random.default_rng(seed).integers(len(units), size=(DRAWS, len(units)))
    counts = Counter(alarm.scope for alarm in false if alarm.per == "unit")
    years: Counter[str] = Counter()
    for place, time in exposures(labels, world).items():
        years[place[1]] += time
    fair = [f for f in findings if f.label.per == "unit" and f.fate is not Fate.STANDING]
    known = Counter(finding.label.scope for finding in fair)
    found = Counter(finding.label.scope for finding in fair if finding.fate is Fate.FOUND)
    return Intervals(
        _ratio(_column(units, counts), _column(units, years) / YEAR_MS, drawn),
        _ratio(_column(units, found), _column(units, known), drawn),
        _median(units, fair, drawn),
    )


def _column(units: Sequence[str], values: Counter[str]) -> Floats:
    return np.array([values[unit] for unit in units], np.float64)


def _ratio(parts: Floats, wholes: Floats, drawn: npt.NDArray[np.int64]) -> Interval | None:
    sums = wholes[drawn].sum(axis=1)
    if not wholes.sum():
        return None
    return _interval(parts[drawn].sum(axis=1)[sums > 0] / sums[sums > 0])


def _median(
    units: Sequence[str], findings: Sequence[Finding], drawn: npt.NDArray[np.int64]
) -> Interval | None:
    place = {unit: number for number, unit in enumerate(units)}
    mine: list[list[float]] = [[] for _ in units]
    for finding in findings:
        if finding.delay_ms is not None and finding.label.scope in place:
            mine[place[finding.label.scope]].append(finding.delay_ms / DAY_MS)
    medians = []
    for row in drawn:
        days = [day for unit in row if mine[unit] for day in mine[unit]]
        if days:
            medians.append(float(np.median(days)))
    return _interval(np.array(medians)) if medians else None


def _interval(values: Floats) -> Interval:
    low, high = np.percentile(values, ENDS)
    return Interval(float(low), float(high))

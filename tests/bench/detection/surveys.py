"""How long before the surveys somebody is told (03, sections 2 and 3).

15 % of customers answer a survey 3 to 14 days after their request was done with; who never got an
answer is done with at twice the promise.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tests.bench.detection.feed import looks_of, told
from tests.bench.detection.judging import WATCH, first_step, known, state_of
from tests.bench.detection.report import Report
from tests.bench.detection.world import (
    DAY,
    FOREVER,
    HOUR,
    PROMISE,
    WEEK,
    YEAR_WEEKS,
    Floats,
    Ints,
    Requests,
    arrivals,
    degraded,
    instant_of,
    open_of,
)

PER_WEEK, UNITS, CALM_UNITS, CALM_YEARS = 12, 800, 600, 4
HORIZON_DAYS, WINDOW, LEAST, SLACK = 182, 56 * DAY, 5, 0.25
# Mean lead in days and share of positive ones; against the chart it is the difference of two rows.
STUDY = {
    ("slow", "t-test"): (73, 0.96),
    ("slow", "CUSUM"): (67, None),
    ("stall", "t-test"): (71, 0.98),
    ("stall", "CUSUM"): (63, None),
}


class Surveys(NamedTuple):
    """Hold when each unit's survey answers came, and their scores."""

    unit: Ints
    at: Ints
    score: Floats

    def of(self, unit: int) -> tuple[Ints, Floats]:
        """Return instants and scores of one unit, in order."""
        low, high = np.searchsorted(self.unit, (unit, unit + 1))
        return self.at[low:high], self.score[low:high]


def surveys_of(draw: np.random.Generator, asked: Requests) -> Surveys:
    """Return the surveys that follow requests."""
    chosen = draw.random(len(asked.unit)) < 0.15
    unit, start, response = (column[chosen] for column in asked)
    done = np.where(response == FOREVER, 2 * PROMISE, np.minimum(response, 60 * PROMISE))
    at = instant_of(open_of(start) + np.maximum(done, 1))
    at = at + (draw.uniform(3, 14, len(at)) * DAY).astype(np.int64)
    late = response > PROMISE
    score = np.where(late, draw.normal(6, 2.2, len(at)), draw.normal(8.5, 1.5, len(at)))
    order = np.lexsort((at, unit))
    return Surveys(unit[order], at[order], np.clip(score, 1, 10)[order])


def t_path(at: Ints, score: Floats, middle: float) -> Floats:
    """Return at each answer how far the mean of eight weeks is below the usual, in deviations."""
    first = np.searchsorted(at, at - WINDOW)
    number = np.arange(len(at)) + 1 - first
    total = np.concatenate(([0.0], np.cumsum(score)))
    square = np.concatenate(([0.0], np.cumsum(score**2)))
    mean = (total[1:] - total[first]) / number
    variance = (square[1:] - square[first]) / number - mean**2
    deviation = np.sqrt(np.maximum(variance, 0.01) / np.maximum(number - 1, 1))
    return np.where(number >= LEAST, (middle - mean) / deviation, -np.inf)


def cusum_path(at: Ints, score: Floats, middle: float, deviation: float) -> Floats:
    """Return at each answer the chart of falls of half a deviation."""
    steps = (middle - score) / deviation - SLACK
    summed = np.cumsum(steps)
    lowest = np.minimum(np.minimum.accumulate(np.concatenate(([0.0], summed)))[1:], 0.0)
    found: Floats = summed - lowest
    return found


def first_above(at: Ints, path: Floats, limit: float) -> float:
    """Return when a path first passes a limit."""
    above = path >= limit
    return float(at[int(np.argmax(above))]) if above.any() else np.inf


def limit_of(paths: Sequence[tuple[Ints, Floats]], end: float) -> float:
    """Return the limit that is first passed once a unit-year."""
    low, high = 0.0, 30.0
    for _ in range(30):
        middle = (low + high) / 2
        firsts = np.array([first_above(at, path, middle) for at, path in paths])
        years = np.minimum(firsts, end).sum() / WEEK / YEAR_WEEKS
        low, high = (middle, high) if np.sum(firsts < end) > years else (low, middle)
    return high


class Charts:
    """Know what surveys usually say, and two rules on them with one false alarm a unit-year."""

    def __init__(self, draw: np.random.Generator, units: int) -> None:
        """Learn from units to which nothing happens."""
        weeks = CALM_YEARS * YEAR_WEEKS
        unit, start = arrivals(draw, np.full(units, float(PER_WEEK)), weeks)
        calm = surveys_of(draw, Requests(unit, start, degraded(draw, "none", -start - 1)))
        self.middle, self.deviation = float(calm.score.mean()), float(calm.score.std())
        self.limits = {"t-test": np.inf, "CUSUM": np.inf}
        each = [self.paths(*calm.of(n)) for n in range(units)]
        for name in self.limits:
            self.limits[name] = limit_of([paths[name] for paths in each], weeks * WEEK)

    def paths(self, at: Ints, score: Floats) -> dict[str, tuple[Ints, Floats]]:
        """Return both statistics over time."""
        return {
            "t-test": (at, t_path(at, score, self.middle)),
            "CUSUM": (at, cusum_path(at, score, self.middle, self.deviation)),
        }


def leads(
    draw: np.random.Generator, charts: Charts, kind: str, units: int
) -> dict[str, list[float]]:
    """Return by how many days the shipped rule was earlier, of runs in which all were silent before."""
    change = 12 * WEEK + draw.integers(0, 168, units) * HOUR
    unit, start = arrivals(draw, np.full(units, float(PER_WEEK)), 13 + 30)
    asked = Requests(unit, start, degraded(draw, kind, start - change[unit]))
    surveys, looks, base = surveys_of(draw, asked), looks_of(asked), known(WATCH, PER_WEEK)
    found: dict[str, list[float]] = {name: [] for name in charts.limits}
    for n, (low, high) in enumerate(looks.bounds(units)):
        step = first_step(state_of(WATCH, base), told(looks, low, high))
        ours = np.inf if step is None else (step.instant - change[n]) / DAY
        for name, (at, path) in charts.paths(*surveys.of(n)).items():
            theirs = (first_above(at, path, charts.limits[name]) - change[n]) / DAY
            if min(ours, theirs) >= 0:
                found[name].append(min(theirs, HORIZON_DAYS) - min(ours, HORIZON_DAYS))
    return found


def print_leads(report: Report) -> None:
    """Print the lead over two survey rules with the same rate of false alarms."""
    draw = np.random.default_rng([report.seed, 7])
    charts = Charts(draw, report.many(CALM_UNITS))
    rows: list[list[str | float]] = []
    for kind in ("slow", "stall"):
        for name, days in leads(draw, charts, kind, report.many(UNITS)).items():
            mean, share = STUDY[kind, name]
            lead, error = float(np.mean(days)), float(np.std(days) / np.sqrt(len(days)))
            positive = float(np.mean(np.array(days) > 0))
            rows.append([
                kind, name, lead, error, mean, lead / mean, positive, share or "-", len(days),
            ])  # fmt: skip
    head = [
        "change", "surveys by", "mean lead, days", "std. error", "study", "ratio",
        "positive", "study", "runs",
    ]  # fmt: skip
    report.table("Lead over surveys, 12 a week, each 1 false alarm a unit-year", head, rows)

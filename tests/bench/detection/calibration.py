"""How many false alarms come, beside how many were asked for (03, section 4.2)."""

import numpy as np

from service.detection.interval import garwood
from service.engine.baseline import Baseline
from tests.bench.detection.feed import Looks, looks_of
from tests.bench.detection.judging import (
    RATES,
    SHIPPED,
    WARNING,
    WATCH,
    Reached,
    as_users_see,
    known,
    to_first,
)
from tests.bench.detection.report import Report
from tests.bench.detection.world import (
    LATE,
    YEAR_WEEKS,
    Requests,
    arrivals,
    responses,
)

RULES = {"watch": WATCH, "warning": WARNING}
# Measured in the study: false alarms a unit-year.
STUDY = {
    ("watch", 3): 0.97,
    ("watch", 12): 0.95,
    ("watch", 50): 1.03,
    ("warning", 3): 0.050,
    ("warning", 12): 0.048,
    ("warning", 50): 0.049,
}
UNITS = {"watch": {3: 1200, 12: 1200, 50: 700}, "warning": {3: 3000, 12: 1600, 50: 700}}
YEARS = {"watch": 2, "warning": 5}
SEEN_UNITS = {3: 1600, 12: 600, 50: 150}


def calm_looks(
    draw: np.random.Generator, per_week: float, units: int, weeks: float, scores: bool = False
) -> Looks:
    """Return what streams see to which nothing happens."""
    unit, start = arrivals(draw, np.full(units, float(per_week)), weeks)
    return looks_of(Requests(unit, start, responses(draw, np.full(len(unit), LATE))), scores=scores)


def bare(
    draw: np.random.Generator,
    level: str,
    per_week: int,
    units: int,
    years: float,
    base: Baseline | None = None,
) -> Reached:
    """Return first alarms of the bare statistic at one rate, in portions that fit into memory."""
    rule, weeks = RULES[level], years * YEAR_WEEKS
    base = base or known(rule, per_week)
    alarms, time = 0, 0.0
    while units > 0:
        portion = min(units, 100)
        looks = calm_looks(draw, per_week, portion, weeks)
        found = to_first(rule, base, looks, portion, weeks)
        alarms, time, units = alarms + found.alarms, time + found.years, units - portion
    return Reached(alarms, time)


def seen(draw: np.random.Generator, per_week: int, units: int, years: float) -> dict[str, Reached]:
    """Return what the shipped rule says, with its least number of customers and its recovery."""
    weeks = years * YEAR_WEEKS
    base, counts = known(SHIPPED, per_week), {"watch": 0, "warning": 0}
    for first in range(0, units, 50):
        portion = min(units - first, 50)
        looks = calm_looks(draw, per_week, portion, weeks, scores=True)
        for level, count in as_users_see(base, looks, portion).items():
            counts[level] += count
    return {level: Reached(count, units * years) for level, count in counts.items()}


def print_calibration(report: Report) -> None:
    """Print false alarms at three volumes and two rates."""
    rows: list[list[str | float]] = []
    told = {
        per_week: seen(
            np.random.default_rng([report.seed, 10, per_week]), per_week, report.many(units), 5
        )
        for per_week, units in SEEN_UNITS.items()
    }
    for level, asked in RATES.items():
        for per_week, units in UNITS[level].items():
            draw = np.random.default_rng([report.seed, 1, per_week, int(level == "watch")])
            found = bare(draw, level, per_week, report.many(units), YEARS[level])
            low, high = (end / found.years for end in garwood(found.alarms))
            study, said = STUDY[level, per_week], told[per_week][level]
            rows.append(
                [
                    per_week,
                    level,
                    asked,
                    f"{found.rate:.3g} ({found.alarms} in {found.years:.0f} y)",
                    f"{found.rate / asked:.2f} ({low / asked:.2f}-{high / asked:.2f})",
                    study,
                    found.rate / study,
                    f"{said.rate:.3g} ({said.alarms})",
                ]
            )
    head = [
        "a week",
        "level",
        "asked",
        "reached",
        "reached / asked",
        "study",
        "ratio",
        "as people see it",
    ]
    report.table("False alarms a unit-year", head, rows)

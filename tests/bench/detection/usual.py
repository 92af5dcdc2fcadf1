"""Units that differ, judged by what 26 weeks of their region taught (03, section 4.3).

Regions differ with a deviation of 2 points, units of one region with 5 points around them.
"""

import numpy as np

from service.detection.learning import baselines
from service.engine.baseline import Baseline
from tests.bench.detection.feed import Looks, looks_of, told
from tests.bench.detection.judging import WATCH, known, learned_from_looks, state_of
from tests.bench.detection.report import Report
from tests.bench.detection.world import (
    LATE,
    NEVER,
    YEAR_WEEKS,
    Floats,
    Requests,
    arrivals,
    responses,
    stays,
)

REGIONS, UNITS, WEEKS, YEARS = 40, 300, 26, 3
VOLUMES = (3.0, 12.0, 50.0)
SPREAD, REGION_SPREAD, LEAST, MOST = 0.05, 0.02, 0.02, 0.5
# Mean, worst 5 %, share of units above three a year.
STUDY = {"truth": (0.97, 2.0, 0.001), "learned": (0.71, 2.0, 0.010)}


def shares(draw: np.random.Generator, units: int) -> Floats:
    """Return the true late share of each unit; unit u is of region u modulo 40."""
    middle = np.clip(draw.normal(LATE, REGION_SPREAD, REGIONS), 0.05, 0.2)[
        np.arange(units) % REGIONS
    ]
    strength = middle * (1 - middle) / SPREAD**2 - 1
    found: Floats = np.clip(draw.beta(middle * strength, (1 - middle) * strength), LEAST, MOST)
    return found


def fleet_looks(
    draw: np.random.Generator, late: Floats, volume: Floats, weeks: float, scores: bool
) -> Looks:
    """Return what the streams of such units see."""
    unit, start = arrivals(draw, volume, weeks)
    return looks_of(Requests(unit, start, responses(draw, late[unit], NEVER)), scores=scores)


def alarms_of(base: Baseline, looks: Looks, low: int, high: int) -> int:
    """Return how often the bare statistic speaks, begun anew after each time."""
    count, take = 0, state_of(WATCH, base).take
    for item in told(looks, low, high):
        if take(item) is not None:
            count, take = count + 1, state_of(WATCH, base).take
    return count


def print_usual(report: Report) -> None:
    """Print false alarms of units whose usual was learned, beside those whose truth is known."""
    draw = np.random.default_rng([report.seed, 3])
    units = report.many(UNITS)
    late, volume = shares(draw, units), np.array(VOLUMES)[np.arange(units) * 3 // units]
    regions = [f"r{unit % REGIONS}" for unit in range(units)]
    history = fleet_looks(draw, late, volume, WEEKS, scores=True)
    learned = baselines(WATCH, learned_from_looks(history, regions, WEEKS))
    truth = {
        f"u{unit}": known(WATCH, float(volume[unit]), stays(float(late[unit])))
        for unit in range(units)
    }
    looks = fleet_looks(draw, late, volume, YEARS * YEAR_WEEKS, scores=False)
    rows: list[list[str | float]] = []
    for name, bases in (("truth", truth), ("learned", learned)):
        a_year = np.array(
            [
                alarms_of(bases[f"u{unit}"], looks, *edges) / YEARS
                for unit, edges in enumerate(looks.bounds(units))
            ]
        )
        mean, worst, above = STUDY[name]
        error = float(np.std(a_year) / np.sqrt(units))
        rows.append([
            name, float(a_year.mean()), error, mean, float(a_year.mean()) / mean,
            float(np.quantile(a_year, 0.95)), worst, float(np.mean(a_year > 3)), above,
        ])  # fmt: skip
    head = [
        "usual from", "mean a unit-year", "std. error", "study", "ratio",
        "worst 5 %", "study", "above 3 a year", "study",
    ]  # fmt: skip
    looked = f"{units} units in {REGIONS} regions, {YEARS} years, asked 1 a unit-year"
    report.table(f"What is learned, {looked}", head, rows)

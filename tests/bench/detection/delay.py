"""How long after a change somebody is told (03, section 3, row e5)."""

from itertools import pairwise

import numpy as np

from service.engine.baseline import Baseline
from tests.bench.detection.calibration import RULES
from tests.bench.detection.feed import Looks, looks_of, told
from tests.bench.detection.judging import known, state_of
from tests.bench.detection.report import Report
from tests.bench.detection.world import DAY, HOUR, WEEK, Floats, Requests, arrivals, degraded

HORIZON = 26
STUDY = {
    ("watch", 3): {"mild": 42.6, "slow": 22.6, "stall": 19.5, "freeze": 6.1},
    ("watch", 12): {"mild": 20.3, "slow": 9.5, "stall": 8.6, "freeze": 3.0, "ramp": 32.5},
    ("watch", 50): {"mild": 7.9, "slow": 3.8, "stall": 3.9, "freeze": 1.5},
    ("warning", 3): {"mild": 131.5, "slow": 52.4, "stall": 41.6, "freeze": 10.6},
    ("warning", 12): {"mild": 45.5, "slow": 17.4, "stall": 14.7, "freeze": 4.2, "ramp": 44.3},
    ("warning", 50): {"mild": 14.8, "slow": 5.9, "stall": 5.5, "freeze": 1.9},
}
UNITS = {3: 1600, 12: 1600, 50: 800}


def delays(
    draw: np.random.Generator, per_week: int, kind: str, units: int, rules: tuple[str, ...]
) -> dict[str, Floats]:
    """Return for each rule the days from the change to the alarm, of runs that were silent before.

    Runs without an alarm within the horizon are infinite.
    """
    bases = {name: known(RULES[name], per_week) for name in rules}
    found: dict[str, list[float]] = {name: [] for name in rules}
    edges = [*range(0, units, 100), units]
    for first, last in pairwise(edges):
        change = 12 * WEEK + draw.integers(0, 168, last - first) * HOUR
        unit, start = arrivals(draw, np.full(last - first, float(per_week)), 13 + HORIZON)
        asked = Requests(unit, start, degraded(draw, kind, start - change[unit]))
        looks = looks_of(asked)
        for rows, at in zip(looks.bounds(last - first), change.tolist(), strict=True):
            for name, instant in first_alarms(looks, rows, bases, at + HORIZON * WEEK).items():
                if instant >= at:
                    found[name].append((instant - at) / DAY)
    return {name: np.array(days) for name, days in found.items()}


def first_alarms(
    looks: Looks, edges: tuple[int, int], bases: dict[str, Baseline], until: int
) -> dict[str, float]:
    """Return when each rule first speaks, infinity for never."""
    found = dict.fromkeys(bases, np.inf)
    waiting = {name: state_of(RULES[name], base) for name, base in bases.items()}
    for item in told(looks, *edges):
        if item.instant > until or not waiting:
            break
        for name, state in list(waiting.items()):
            if state.take(item) is not None:
                found[name] = item.instant
                del waiting[name]
    return found


def spread_of_median(draw: np.random.Generator, days: Floats) -> float:
    """Return the standard error of a median, by drawing anew."""
    again = np.median(draw.choice(days, (200, len(days))), axis=1)
    return float(np.std(again)) if np.isfinite(again).all() else float("nan")


def print_delays(report: Report) -> None:
    """Print median delays at three volumes and two rates, and how many benign changes alarm."""
    rows: dict[tuple[str, int], list[str | float]] = {key: [key[1], key[0]] for key in STUDY}
    benign: list[list[str | float]] = []
    for per_week, units in UNITS.items():
        kinds = ["mild", "slow", "stall", "freeze", *(["ramp", "benign"] if per_week == 12 else [])]
        for kind in kinds:
            draw = np.random.default_rng([report.seed, 2, per_week, len(kind), ord(kind[0])])
            found = delays(draw, per_week, kind, report.many(units), tuple(RULES))
            for name, days in found.items():
                if kind == "benign":
                    study = {"watch": 0.15, "warning": 0.01}[name]
                    benign.append([name, float(np.mean(days <= 56)), study])
                    continue
                middle, study = float(np.median(days)), STUDY[name, per_week][kind]
                error = spread_of_median(draw, days)
                rows[name, per_week].append(
                    f"{middle:.1f} +- {error:.1f} ({study}: {middle / study:.2f})"
                )
    head = ["a week", "level", "mild", "slow", "stall", "freeze", "ramp"]
    filled = [row + ["-"] * (len(head) - len(row)) for row in rows.values()]
    report.table("Delay after a change, median days (study: ratio)", head, filled)
    report.table("Benign change, alarm within 56 days", ["level", "share", "study"], benign)

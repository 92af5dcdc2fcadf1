"""How many cases after a repair people are told so, and how often too early (03, section 4.9)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import numpy as np

from alerts.signal import Transition
from service.engine.pacing import PaceState
from service.engine.plan import Rule
from service.engine.scored import Scored, What
from tests.bench.detection.feed import DUE, FULL, NOBODY
from tests.bench.detection.judging import SHIPPED, known, state_of
from tests.bench.detection.report import Report
from tests.bench.detection.world import LATE, WEEK, stays

PER_WEEK, RUNS, ILL, OUTAGE, PATIENCE = 12, 600, 0.3, 40, 50
# The study looked at the promise only; what is shipped looks three times.
RULES = {
    "promise only": replace(SHIPPED, minimum_late=0, checkpoints=(100,)),
    "shipped": replace(SHIPPED, minimum_late=0),
}
# Median and 90 % of cases, share of wrong ones within 50 cases.
STUDY = {"improving": (13, 26, 0.48), "resolved": (29, 57, 0.04)}
WHEN = {"improving": Transition.IMPROVING, "resolved": Transition.RESOLVED}


def case(draw: np.random.Generator, number: int, late: float) -> Iterator[Scored]:
    """Yield the looks at one case, all at once: what counts here is cases, not days."""
    at = number * WEEK // PER_WEEK
    for percent, share in zip(SHIPPED.checkpoints, stays(late), strict=True):
        is_open = bool(draw.random() < share)
        yield Scored(at, DUE, at, "", percent, What.LOOK, is_open, NOBODY)
        if percent == FULL or (percent < FULL and not is_open):
            yield Scored(at, DUE, at, "", FULL, What.SCORE, is_open, NOBODY)
        if not is_open:
            return


def cases_until(
    draw: np.random.Generator, state: PaceState, first: int, late: float, most: int
) -> dict[str, int]:
    """Return after how many cases each transition came, of those that came."""
    found: dict[str, int] = {}
    for number in range(1, most + 1):
        for item in case(draw, first + number, late):
            step = state.take(item)
            name = None if step is None else step.transition
            found |= {
                word: number for word, one in WHEN.items() if one is name and word not in found
            }
            if "resolved" in found:
                return found
    return found


def opened(draw: np.random.Generator, state: PaceState) -> int:
    """Let a unit be ill until its stream speaks, and return how many cases it took."""
    for number in count(1):
        for item in case(draw, number, ILL):
            if state.take(item) is not None:
                return number
    raise AssertionError("unreachable")


def closings(
    draw: np.random.Generator, rule: Rule, runs: int
) -> tuple[dict[str, list[int]], dict[str, int]]:
    """Return cases until each transition after a repair, and how often it came without one."""
    base = known(rule, PER_WEEK)
    after: dict[str, list[int]] = {word: [] for word in WHEN}
    wrong = dict.fromkeys(WHEN, 0)
    for _ in range(runs):
        state = state_of(rule, base)
        first = opened(draw, state)
        for word in cases_until(draw, state, first, ILL, PATIENCE):
            wrong[word] += 1
        state = state_of(rule, base)
        first = opened(draw, state)
        cases_until(draw, state, first, ILL, OUTAGE)
        if state.is_open and not state.improving:
            for word, cases in cases_until(draw, state, first + OUTAGE, LATE, 5000).items():
                after[word].append(cases)
    return after, wrong


def print_closing(report: Report) -> None:
    """Print cases until improving and resolved, after a repair and while nothing was repaired."""
    draw = np.random.default_rng([report.seed, 6])
    rows: list[list[str | float]] = []
    runs = report.many(RUNS)
    for name, rule in RULES.items():
        after, wrong = closings(draw, rule, runs)
        for word, cases in after.items():
            middle, most, share = STUDY[word]
            found = [float(np.quantile(cases, part)) for part in (0.5, 0.9)]
            error = float(np.sqrt(wrong[word] * (runs - wrong[word]) / runs**3))
            rows.append([
                name, word, found[0], middle, found[0] / middle, found[1], most, found[1] / most,
                f"{wrong[word] / runs:.3f} +- {error:.3f}", share,
            ])  # fmt: skip
    head = [
        "rule", "told", "median cases", "study", "ratio", "90 %", "study", "ratio",
        f"wrong within {PATIENCE} cases", "study",
    ]  # fmt: skip
    report.table("Closing after a repair, 12 a week", head, rows)

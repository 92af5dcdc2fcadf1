"""What was kept in ordinary good weeks: an objective that people have reached before."""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from service.backtest.world import WEEK_MS

WEEKS_MIN = 4
CASES_MIN = 20
STEP, MOST = 5, 99


class Usual(NamedTuple):
    """Hold how many weeks were judged, the share kept in their best half, and the objective."""

    weeks: int
    kept: float | None
    objective: int | None


def usual(cases: Iterable[tuple[int, bool]]) -> Usual:
    """Return what was kept of (start, is kept); weeks with too few cases are left out.

    The objective is rounded down to 5 %, never above 99 %: what is promised always cannot be kept.
    """
    weeks: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for started, is_kept in cases:
        week = weeks[started // WEEK_MS]
        week[0] += is_kept
        week[1] += 1
    judged = [(part, whole) for part, whole in weeks.values() if whole >= CASES_MIN]
    if len(judged) < WEEKS_MIN:
        return Usual(len(judged), None, None)
    best = sorted(judged, key=lambda week: -week[0] / week[1])[: math.ceil(len(judged) / 2)]
    share = sum(part for part, _ in best) / sum(whole for _, whole in best)
    rounded = min(math.floor(share * 100 / STEP) * STEP, MOST)
    return Usual(len(judged), share, rounded or None)

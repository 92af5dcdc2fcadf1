"""How many cases pass, on average, until the statistic of the checkpoints reaches a limit.

The statistic is put on levels of equal height; a score that ends between two levels goes to both,
in proportion, so that its mean is kept.  This is a chain that only the limit stops, and a higher
limit stops each of its paths later: with levels of one height the run length never falls when the
limit rises, which is what service.detection.limit rests on.  One case moves the statistic by a few
nats at most, so the equations are a narrow band and cost next to nothing.

Rejected: rounding each score to the nearest level (the classical midpoint rule), which with 200
levels is off by 2 % at a limit of 3 and by 13 % at 6.74, because so few different scores do not
average their roundings out; and one exact chain on thousandths of a nat, which takes a thousand
times as long.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import solve_banded

from service.detection.scores import Scores

# What lies this near to a level, in levels, is on it.
_HAIR = 1e-9


def arl_paths(stay: Sequence[float], scores: Scores, limit: float, states: int = 200) -> float:
    """Return the mean number of cases until the statistic, begun at 0, reaches `limit`.

    `stay` are the true shares that stay open at each checkpoint, `scores` what is added.  One case
    is the run of its scores; the alarm may come at any of them.
    """
    return arl_levels(stay, scores, limit / states, states)


def arl_levels(stay: Sequence[float], scores: Scores, height: float, levels: int) -> float:
    """Return the mean number of cases until `levels` levels of one `height` are climbed."""
    paths = list(_paths(stay, scores))
    down = min(levels - 1, math.ceil(-min(path.last for path in paths) / height))
    up = min(levels - 1, math.floor(max(path.last for path in paths) / height) + 1)
    band = np.zeros((down + up + 1, levels))
    band[up] = 1.0
    rows = np.arange(levels)
    for path in paths:
        # A path that passes the limit on its way is an alarm, whatever its last score takes off.
        inside = rows[rows + path.highest / height < levels - _HAIR]
        end = np.maximum(inside + path.last / height, 0.0)
        below = end.astype(np.intp)
        share = end - below
        band[up + inside - below, below] -= path.chance * (1 - share)
        kept = (below + 1 < levels) & (share > 0)
        inside, above, share = inside[kept], below[kept] + 1, share[kept]
        band[up + inside - above, above] -= path.chance * share
    ones = np.ones(levels)
    lengths = solve_banded((down, up), band, ones, overwrite_ab=True, check_finite=False)
    return float(lengths[0])


class _Path(NamedTuple):
    """State one way a case may go: its chance, the highest sum on the way, the sum at its end."""

    chance: float
    highest: float
    last: float


def _paths(stay: Sequence[float], scores: Scores) -> Iterator[_Path]:
    """Yield the ways a case may go: answered after each checkpoint, or open after the last."""
    chance, climbed = 1.0, 0.0
    for share, survive, answer in zip(stay, scores.survive, scores.answer, strict=True):
        yield _Path(chance * (1 - share), climbed + max(answer, 0.0), climbed + answer)
        chance, climbed = chance * share, climbed + survive
    yield _Path(chance, climbed, climbed)

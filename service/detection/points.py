"""The same detector with one checkpoint and whole points, which can be explained on one line.

"Every late case adds five, every case in time takes one away, and at twenty we warn."  A fall is
always by one point, so a path from a high level passes every lower one: times and chances to fall
by one level, worked out from the top, give the mean run length in one pass without a matrix.  Only
sums, products and quotients of positive numbers occur, so the pass is stable in floating point and
exact when it is given fractions.  A linear system of `limit` equations was rejected: it is neither.
"""

import math
from fractions import Fraction
from typing import TypeVar

from service.detection.scores import worse

Number = TypeVar("Number", float, Fraction)


def points_for(share: float, odds: float) -> int:
    """Return how many cases in time weigh as much as one late case, at least 1."""
    risen = worse(share, odds)
    return max(1, round(math.log(risen / share) / -math.log((1 - risen) / (1 - share))))


def arl_points(late_points: int, limit: int, share_late: Number) -> Number:
    """Return the mean number of cases until the points, begun at 0, reach the limit.

    >>> round(arl_points(5, 20, 0.1), 3)
    693.574
    """
    if late_points < 1 or limit < 1 or not 0 < share_late < 1:
        raise ValueError("late points and limit begin at 1, and the share lies between 0 and 1")
    one = share_late / share_late
    fall, cases = [one * 0] * (limit + 1), [one * 0] * (limit + 1)
    for level in range(limit - 1, 0, -1):
        back, spent = _way_down(level + late_points, level, fall, cases)
        fall[level] = (one - share_late) / (one - share_late * back)
        cases[level] = (one + share_late * spent) / (one - share_late * back)
    back, spent = _way_down(late_points, 0, fall, cases)
    return (one + share_late * spent) / (share_late * (one - back))


def _way_down(
    top: int, bottom: int, fall: list[Number], cases: list[Number]
) -> tuple[Number, Number]:
    """Return the chance to fall from `top` to `bottom`, and the cases seen until there or alarm."""
    spent = cases[-1]
    if top >= len(fall) - 1:
        return fall[-1], spent
    back = fall[top]
    spent = cases[top]
    for level in range(top - 1, bottom, -1):
        spent += back * cases[level]
        back *= fall[level]
    return back, spent

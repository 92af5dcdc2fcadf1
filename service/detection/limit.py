"""The limit of a stream: computed from how many false warnings somebody accepts, never tuned.

A limit is the smallest at which the mean run length in control is as long as the cases between two
false warnings.  The logarithm of the run length is nearly a line of slope one, so a few steps along
it find the lowest level that is high enough.

Inputs are rounded before, so that streams alike share one answer: shares to three significant
digits, far less than the doubt about them after half a year of history; the cases between false
warnings to two, which moves a limit by at most 0.05.  Rounding keeps the order, and so does
everything after it: whoever accepts more false warnings never gets a higher limit.
Rejected: a table of limits, which would have to know every promise in advance.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from service.detection.run_length import arl_levels
from service.detection.scores import checkpoint_scores

# Levels per nat: at the usual limits of 3 to 8 nats this is 200 to 500 states.
_LEVELS = 64
_CASES_MAX = 1e9
# The logarithm of the run length is above the limit by about this much at ten percent late.
_AHEAD = 2.6
_CACHED = 65_536


def limit_for(
    stay: Sequence[float],
    promised: int,
    odds: float,
    cases_between: float,
    is_guaranteed: bool = False,
) -> float:
    """Return the smallest limit, in nats, with so many cases between two false warnings.

    `is_guaranteed` gives the logarithm instead, which holds without any assumption and in
    practice gives some twenty times fewer false warnings than asked for.
    """
    asked = _rounded(min(max(cases_between, 1.0), _CASES_MAX))
    if is_guaranteed:
        return math.log(asked)
    return _limit(tuple(float(f"{share:.3g}") for share in stay), promised, odds, asked)


def _rounded(cases: float) -> float:
    """Return a number with two significant digits."""
    return float(f"{cases:.1e}")


@lru_cache(_CACHED)
def _limit(stay: tuple[float, ...], promised: int, odds: float, cases: float) -> float:
    """Return the lowest level that takes so many cases to climb, in nats."""
    asked = math.log(cases)
    low, high = 0, math.inf
    level = max(1, round((asked - _AHEAD) * _LEVELS))
    while high - low > 1:
        length = math.log(_length(stay, promised, odds, level))
        low, high = (low, level) if length >= asked else (level, high)
        step = round((asked - length) * _LEVELS)
        level = int(min(max(level + step, low + 1), high - 1))
    return high / _LEVELS


@lru_cache(_CACHED)
def _length(stay: tuple[float, ...], promised: int, odds: float, level: int) -> float:
    """Return the run length in control up to one level."""
    return arl_levels(stay, checkpoint_scores(stay, promised, odds), 1 / _LEVELS, level)

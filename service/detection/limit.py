"""The limit of a stream: computed from how many false warnings somebody accepts, never tuned.

A limit is where the mean run length in control is as long as the cases between two false warnings.
The logarithm of the run length is nearly a line of slope one, so a few steps along it find the two
levels between which that is, and the line between them the limit.

Inputs are rounded before, so that streams alike share one answer: the cases between false warnings
to two digits, which moves a limit by at most 0.05, and the log-odds of open shares to a twentieth.
The scores of the chain follow the rounded shares, so only what is left of their effect, under 3 %
of a run length, is lost.  Rounding keeps the order, and so does everything after it: whoever
accepts more false warnings never gets a higher limit.

Half as many levels cost a quarter, and keep the band below the width at which the solver begins to
share its work between threads, which on a busy machine took five to twenty times as long.
Rejected: a table of limits, which would have to know every promise in advance; and shares to three
digits, which hardly ever shared an answer.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from service.detection.run_length import arl_levels
from service.detection.scores import checkpoint_scores, late_share

# Levels per nat: at the usual limits of 3 to 8 nats this is 100 to 250 states.
LEVELS = 32
# Log-odds of open shares are rounded to multiples of this.
_ODDS_STEP = 0.05
_CASES_MAX = 1e9
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
    return _limit(tuple(rounded_share(share) for share in stay), promised, odds, asked)


def rounded_share(share: float) -> float:
    """Return the share whose log-odds are the nearest twentieth."""
    steps = round(math.log(share / (1 - share)) / _ODDS_STEP)
    return 1 / (1 + math.exp(-steps * _ODDS_STEP))


def _rounded(cases: float) -> float:
    """Return a number with two significant digits."""
    return float(f"{cases:.1e}")


@lru_cache(_CACHED)
def _limit(stay: tuple[float, ...], promised: int, odds: float, cases: float) -> float:
    """Return where the line between two levels takes so many cases to reach, in nats."""
    asked = math.log(cases)
    low, high = 0, math.inf
    below, above = 0.0, math.inf
    level = max(1, round((asked - _ahead(late_share(stay, promised), odds)) * LEVELS))
    while high - low > 1:
        length = math.log(_length(stay, promised, odds, level))
        if length >= asked:
            high, above = level, length
        else:
            low, below = level, length
        step = round((asked - length) * LEVELS)
        level = int(min(max(level + step, low + 1), high - 1))
    # At less than one level every case would be an alarm.
    return (low + (asked - below) / (above - below)) / LEVELS if low else 1 / LEVELS


def _ahead(usual: float, odds: float) -> float:
    """Return by about how much the logarithm of a run length is above its limit: a first guess."""
    return 1.6 / math.log(odds) - 0.66 * math.log(usual) - 0.36


@lru_cache(_CACHED)
def _length(stay: tuple[float, ...], promised: int, odds: float, level: int) -> float:
    """Return the run length in control up to one level."""
    return arl_levels(stay, checkpoint_scores(stay, promised, odds), 1 / LEVELS, level)

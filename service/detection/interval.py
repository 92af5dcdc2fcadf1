"""How sure a share or a count is: the intervals that stand beside every figure of a report.

Wilson's interval for shares stays inside 0 and 1 and is honest for the few cases that a unit has;
Garwood's for counts is exact.  The interval "estimate plus and minus two deviations" was rejected:
for a unit without a late case it has no width at all.
"""

import math

from scipy.special import betainc, gammaincinv

_Z = 1.959963984540054
_TAIL = 0.025


def wilson(kind: int, cases: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, given `kind` of `cases`; 0 to 1 without a case."""
    if not cases:
        return 0.0, 1.0
    share, weight = kind / cases, _Z * _Z / cases
    middle = share + weight / 2
    reach = _Z * math.sqrt(share * (1 - share) / cases + weight / (4 * cases))
    # At the ends the bound is the end itself; rounding must not put the estimate outside.
    low = (middle - reach) / (1 + weight) if kind else 0.0
    high = (middle + reach) / (1 + weight) if kind < cases else 1.0
    return low, high


def garwood(count: int) -> tuple[float, float]:
    """Return the exact 95 % interval of the mean of a Poisson count."""
    low = float(gammaincinv(count, _TAIL)) if count else 0.0
    return low, float(gammaincinv(count + 1, 1 - _TAIL))


def beta_below(kept: int, cases: int, objective: float) -> float:
    """Return the probability that the kept share lies below an objective (Jeffreys' prior)."""
    return float(betainc(kept + 0.5, cases - kept + 0.5, objective))

"""How often something happens: counts over exposure, with the exact Poisson interval of the count.

Garwood's interval never covers less than it says, also for the small counts that false warnings are;
the usual root of the count was rejected: after no false warning it would say "never".
"""

from collections.abc import Sequence
from typing import NamedTuple

from service.detection.interval import garwood


class Rate(NamedTuple):
    """Hold a count, over how much, and how many that is for each; None without exposure."""

    seen: int
    exposure: float
    each: float | None
    low: float | None
    high: float | None


def rate(count: int, exposure: float, scale: float = 1.0) -> Rate:
    """Return a rate for `scale` units of exposure with its 95 % interval."""
    if exposure <= 0:
        return Rate(count, 0.0, None, None, None)
    low, high = garwood(count)
    each = scale / exposure
    return Rate(count, exposure, count * each, low * each, high * each)


def middle(values: Sequence[float], percent: int = 50) -> float | None:
    """Return the smallest value that so many percent do not exceed; None where there is none."""
    ordered = sorted(values)
    rank = max(-(-len(ordered) * percent // 100), 1)
    return ordered[rank - 1] if ordered else None

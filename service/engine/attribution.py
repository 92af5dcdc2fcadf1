"""Is it one unit or the whole region?  One likelihood ratio answers both at the first warning.

Both explanations say that the late odds rose by some factor since the stream last stood at zero:
for all units of the region, or for one of them alone.  Each is averaged over the same six factors,
so that neither gains by choosing its own.  The sign of the difference is the verdict, its size says
how sure it is.  Asking whether the region's own stream has warned was rejected: it warns weeks
later than its busiest unit when only that one is ill, and a fixed window of weeks dilutes what is
new (03, section 4.7).

The verdict is shown, it never decides whether somebody is told; so floating point may stay here.
"""

import math
from collections.abc import Sequence

FACTORS = (1.3, 1.6, 2.0, 3.0, 5.0, 8.0)


def region_odds(counts: Sequence[tuple[int, int, float]], unit: int | None = None) -> float:
    """Return the log-odds that the region and not one unit is worse; above 0 it is the region.

    `counts` are (late, cases, usual late share) of at least one unit, each share between 0 and 1.
    `unit` is the place of the one that warned; None is a warning of the region itself, for which
    each unit is as likely as any other to be the one.

    >>> round(region_odds([(8, 12, 0.1), (0, 10, 0.1), (1, 11, 0.1), (0, 9, 0.1)]), 4)
    -5.7487
    """
    tables = _tables(counts)
    region = _sum_of([sum(column) for column in zip(*tables, strict=True)])
    if unit is not None:
        return region - _sum_of(tables[unit])
    alone = [_sum_of(table) for table in tables]
    return region - (_sum_of(alone) - math.log(len(alone)))


def likeliest_unit(counts: Sequence[tuple[int, int, float]]) -> int:
    """Return the place of the unit that is the likeliest to be worse alone, the first of equals."""
    alone = [_sum_of(table) for table in _tables(counts)]
    return alone.index(max(alone))


def _tables(counts: Sequence[tuple[int, int, float]]) -> list[list[float]]:
    """Return, for each unit, the log-likelihood ratio of each factor."""
    return [[_rise(late, cases, share, by) for by in FACTORS] for late, cases, share in counts]


def _rise(late: int, cases: int, share: float, factor: float) -> float:
    """Return the log-likelihood ratio of late odds `factor` times as high as usual."""
    return late * math.log(factor) - cases * math.log(1 + (factor - 1) * share)


def _sum_of(logs: Sequence[float]) -> float:
    """Return the logarithm of the sum of what these are the logarithms of."""
    top = max(logs)
    return top + math.log(sum(math.exp(one - top) for one in logs))

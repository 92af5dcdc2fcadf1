"""Bad days that hit all customers of a day together, and how much they inflate the scores.

When late cases come in clumps, the statistic climbs faster than its scores suppose, and false
warnings rise up to ten times.  Dividing every score by the dispersion of the days brings them
back to what was asked for (03, section 4.4).  Only days on which two or more cases were due can
show a clump, so the excess counts for the share of cases on such days.

A bad day hits those who come on it, and what comes after noon is due on the next; so each day is
also multiplied with the one before.  Without that, half of such a clump stayed unseen, and false
warnings were twice as many as asked for.

The dispersion is pooled over streams of one region and one class of volume, because busy streams
have more cases in a day to be hit.  Where a pool has too few days, a wider one answers: noise
would otherwise slow down those who have no clumps.  One dispersion for each stream alone was
rejected for that reason.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

_TOGETHER = 2
_FREEDOM_MIN = 300.0
# Cases a week below which a stream is small or middling; the study's 3, 12 and 50 lie inside.
_CLASSES = (5.0, 20.0)


class Clumps(NamedTuple):
    """Hold what days tell of clumps: Pearson's sum, its degrees of freedom, and two counts.

    `pearson` also holds twice the products of neighbouring days, whose mean is 0 without clumps.
    """

    pearson: float = 0.0
    freedom: float = 0.0
    together: int = 0
    cases: int = 0

    def joined(self, other: "Clumps") -> "Clumps":
        """Return what both tell."""
        return Clumps(
            self.pearson + other.pearson,
            self.freedom + other.freedom,
            self.together + other.together,
            self.cases + other.cases,
        )


def volume_class(cases_a_week: float) -> int:
    """Return 0 for fewer than 5 cases a week, 1 for fewer than 20, else 2."""
    return sum(cases_a_week >= bound for bound in _CLASSES)


def clumps_of(days: Iterable[tuple[int, int]], share: float) -> Clumps:
    """Return what the (cases due, late ones) of one stream's days tell, given its late share.

    One degree of freedom is taken for the share, which comes from the same days.
    """
    seen, before = Clumps(freedom=-1.0), 0.0
    for cases, late in days:
        off = (late - cases * share) / math.sqrt(cases * share * (1 - share))
        both = 2 * off * before
        day = Clumps(both, cases=cases)
        if cases >= _TOGETHER:
            day = Clumps(off * off + both, 1.0, cases, cases)
        seen, before = seen.joined(day), off
    return seen._replace(freedom=max(seen.freedom, 0.0))


def dispersion(pools: Iterable[Clumps]) -> float:
    """Return by what to divide, at least 1, from the first of the pools that has days enough."""
    for pool in pools:
        if pool.freedom >= _FREEDOM_MIN:
            excess = pool.pearson / pool.freedom - 1
            return max(1.0, 1 + excess * pool.together / pool.cases)
    return 1.0

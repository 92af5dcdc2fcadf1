"""What the others teach about one unit: priors from a region's counts, and what follows from them.

A unit with little history borrows from its region: its share is believed to come from a Beta
distribution and its volume from a Gamma distribution, both fitted by moments to the counts of all
units.  Taking the region's average for everyone was rejected (2.6 false warnings where one was
asked for, ten at the worst units), and so was each unit's bare history (03, section 4.3).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

UNITS_MIN = 3
_STRENGTH_MIN, _STRENGTH_MAX = 5.0, 500.0
# A share is taken as usual half a deviation above its mean: to believe in too good a past costs
# false warnings, to believe in a slightly worse one costs a day.
_CAUTION = 0.5


class Beta(NamedTuple):
    """Hold what is believed of a share: `a` cases of one kind and `b` of the other."""

    a: float
    b: float

    def seen(self, kind: int, cases: int) -> "Beta":
        """Return what is believed after `kind` of `cases` were of the first kind."""
        return Beta(self.a + kind, self.b + cases - kind)

    def mean(self) -> float:
        """Return the mean share."""
        return self.a / (self.a + self.b)

    def deviation(self) -> float:
        """Return the standard deviation of the share."""
        return math.sqrt(self.mean() * (1 - self.mean()) / (self.a + self.b + 1))

    def cautious(self) -> float:
        """Return the mean and half a standard deviation, the share that is taken as usual."""
        return self.mean() + _CAUTION * self.deviation()


class Gamma(NamedTuple):
    """Hold what is believed of a volume: `cases` in `weeks`."""

    cases: float
    weeks: float

    def seen(self, cases: int, weeks: int) -> "Gamma":
        """Return what is believed after `cases` in `weeks`."""
        return Gamma(self.cases + cases, self.weeks + weeks)

    def mean(self) -> float:
        """Return the mean number of cases a week."""
        return self.cases / self.weeks


def beta_prior(counts: Sequence[tuple[int, int]]) -> Beta:
    """Fit a Beta distribution to (of the kind, cases) of several units, by moments.

    Its strength a + b stays within 5 and 500.  Fewer than three units with cases cannot tell how
    far units differ: then their common share is taken at the least strength.
    """
    filled = [(kind, cases) for kind, cases in counts if cases]
    kinds, total = sum(kind for kind, _ in filled), sum(cases for _, cases in filled)
    share = kinds / total if 0 < kinds < total else (kinds + 0.5) / (total + 1)
    strength = _STRENGTH_MIN
    if len(filled) >= UNITS_MIN:
        spread = sum((kind - cases * share) ** 2 / cases for kind, cases in filled)
        alike = (spread / (share * (1 - share)) - len(filled)) / max(total - len(filled), 1)
        strength = 1 / alike - 1 if alike > 0 else _STRENGTH_MAX
        strength = min(max(strength, _STRENGTH_MIN), _STRENGTH_MAX)
    return Beta(share * strength, (1 - share) * strength)


def gamma_prior(volumes: Sequence[tuple[int, int]]) -> Gamma:
    """Fit a Gamma distribution to (cases, weeks) of several units, by moments.

    Units differ in size far more than in lateness, so this prior seldom weighs as much as a week;
    it is there for units that are new.  It never weighs more than a year.
    """
    filled = [(cases, weeks) for cases, weeks in volumes if weeks]
    total, weeks = sum(cases for cases, _ in filled), sum(weeks for _, weeks in filled)
    if not total:
        return Gamma(0.0, 1.0)
    rate, worth = total / weeks, 1.0
    if len(filled) >= UNITS_MIN:
        spread = sum((cases - one * rate) ** 2 / one for cases, one in filled)
        noise = rate * (len(filled) - 1)
        room = weeks - sum(one * one for _, one in filled) / weeks
        worth = 52.0 if spread <= noise else min(rate * room / (spread - noise), 52.0)
    return Gamma(rate * worth, worth)

"""How much of what was promised is slipping at one place: one figure from several looks.

A look is one deadline on a case's way, at one place, over some weeks: how many cases reached it, and
how many of them were late.  The figure says how much likelier these counts are where the odds of
being late are 1.6 times what is usual in the company than where all is as usual: the logarithm of
the likelihood ratio, which the rule `pace` adds up too, summed over the looks.  Nothing is fitted.

Against the place's own usual it said less before October 2017 (docs/olist.md): where much is always
late, the survey falls more often and further, and the own usual hides just that.  Weights from a
regression were rejected too: a company sees a handful of survey drops in a year.
"""

from collections.abc import Iterable, Mapping
from math import log
from typing import NamedTuple

# What is worth a warning of a place with many customers: the default of `pace` for a region.
ODDS = 1.6
# Where nothing was ever late, one late case would be an infinite surprise.
USUAL_MIN, USUAL_MAX = 0.005, 0.995


class Look(NamedTuple):
    """Hold how many of the cases that reached a deadline were late, and what share usually is."""

    late: int
    cases: int
    usual: float


def pressure(looks: Iterable[Look], odds: float = ODDS) -> float:
    """Return the evidence of all looks in nats; below 0 it speaks for better than 1.6 times."""
    return sum(_evidence(look, odds) for look in looks)


def parts(looks: Mapping[str, Look], odds: float = ODDS) -> dict[str, float]:
    """Return what each look adds, the largest first: where to begin."""
    found = {name: _evidence(look, odds) for name, look in looks.items()}
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def joined(looks: Iterable[Look]) -> Look:
    """Return the same look at several places as one; its usual is weighted by their cases."""
    rows = tuple(looks)
    late, cases = sum(row.late for row in rows), sum(row.cases for row in rows)
    weights = [row.cases / cases if cases else 1 / len(rows) for row in rows]
    return Look(late, cases, sum(w * row.usual for w, row in zip(weights, rows, strict=True)))


def _evidence(look: Look, odds: float) -> float:
    usual = min(max(look.usual, USUAL_MIN), USUAL_MAX)
    worse = odds * usual / (1 - usual + odds * usual)
    kept = look.cases - look.late
    return look.late * log(worse / usual) + kept * log((1 - worse) / (1 - usual))

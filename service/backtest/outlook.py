"""How much of what was promised is slipping at one place: one figure from several looks.

A look is one deadline on a case's way, at one place, over some weeks: how many cases reached it, and
how many of them were late.  Each is held against what is usual in the whole company, in log-odds,
and the looks are added: twice the usual odds at two looks is as much as four times at one.  Nothing
is fitted, so nothing has to be learned anew elsewhere.

Against the place's own usual it said less before October 2017 (docs/olist.md): where much is always
late, the survey falls more often and further, and the own usual hides just that.  Weights from a
regression were rejected too: a company sees a handful of survey drops in a year.
"""

from collections.abc import Iterable, Mapping
from math import log
from typing import NamedTuple

# As many usual cases stand beside those of the place, so that three cases alone say little: one
# late case in twenty is what an objective of 95 % allows.
PRIOR_CASES = 20
# Where nothing was ever late, one late case would be an infinite surprise.
USUAL_MIN, USUAL_MAX = 0.005, 0.995


class Look(NamedTuple):
    """Hold how many of the cases that reached a deadline were late, and what share usually is."""

    late: int
    cases: int
    usual: float


def pressure(looks: Iterable[Look], prior: float = PRIOR_CASES) -> float:
    """Return the sum of log-odds against the usual; 0 is as usual, 0.69 is twice the odds once."""
    return sum(_excess(look, prior) for look in looks)


def parts(looks: Mapping[str, Look], prior: float = PRIOR_CASES) -> dict[str, float]:
    """Return what each look adds, the largest first: where to begin."""
    found = {name: _excess(look, prior) for name, look in looks.items()}
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def joined(looks: Iterable[Look]) -> Look:
    """Return the same look at several places as one; its usual is weighted by their cases."""
    rows = tuple(looks)
    late, cases = sum(row.late for row in rows), sum(row.cases for row in rows)
    weights = [row.cases / cases if cases else 1 / len(rows) for row in rows]
    return Look(late, cases, sum(w * row.usual for w, row in zip(weights, rows, strict=True)))


def _excess(look: Look, prior: float) -> float:
    usual = min(max(look.usual, USUAL_MIN), USUAL_MAX)
    late = look.late + prior * usual
    kept = look.cases - look.late + prior * (1 - usual)
    return log(late / kept) - log(usual / (1 - usual))

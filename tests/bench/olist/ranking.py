"""How well a figure ranks unit-weeks: the AUC, and how sure a difference of two is.

Weeks are drawn anew, each with all of its units, since a bad December is bad in many places at once;
both figures are ranked on the same draws and on the same unit-weeks.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tests.bench.olist.tables import Days, Flags, Floats

DRAWS = 2000
SEED = 7


class Difference(NamedTuple):
    """Hold by how much ours ranks better where both are known, with the 95 % interval."""

    unit_weeks: int
    low: int
    gap: float
    bounds: tuple[float, float]


def auc(low: Flags, figure: Floats) -> float:
    """Return how often a low week has the higher figure than one that is not; ties count half."""
    known = ~np.isnan(figure)
    wins = _wins(low[known], figure[known])
    return float(wins.mean()) if wins.size else float("nan")


def difference(monday: Days, low: Flags, pairs: Sequence[tuple[Floats, Floats]]) -> Difference:
    """Compare ours with theirs; of several pairs, the mean of their differences."""
    weeks, place = np.unique(monday, return_inverse=True)
    chance = np.random.default_rng(SEED)
    drawn = chance.multinomial(len(weeks), np.full(len(weeks), 1 / len(weeks)), DRAWS)
    times = np.concatenate([np.ones((1, len(low))), drawn[:, place].astype(float)])
    known = [~np.isnan(ours) & ~np.isnan(theirs) for ours, theirs in pairs]
    gaps = np.mean(
        [
            _gaps(low[both], times[:, both], ours[both], theirs[both])
            for both, (ours, theirs) in zip(known, pairs, strict=True)
        ],
        axis=0,
    )
    least, most = np.nanquantile(gaps[1:], (0.025, 0.975))
    return Difference(
        int(known[0].sum()),
        int(low[known[0]].sum()),
        float(gaps[0]),
        (float(least), float(most)),
    )


def _gaps(low: Flags, times: Floats, ours: Floats, theirs: Floats) -> Floats:
    """Return the difference of both AUC with each row of how often every unit-week counts."""
    lows, others = times[:, low], times[:, ~low]
    won = _wins(low, ours) - _wins(low, theirs)
    pairs = lows.sum(1) * others.sum(1)
    found: Floats = ((lows @ won) * others).sum(1) / np.where(pairs > 0, pairs, np.nan)
    return found


def _wins(low: Flags, figure: Floats) -> Floats:
    ours, others = figure[low][:, None], figure[~low][None, :]
    found: Floats = (ours > others) + 0.5 * (ours == others)
    return found

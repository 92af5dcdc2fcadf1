"""The wait at which something really falls: one step down, if there is one beyond chance.

Cases are put in the order of their waits and cut once, where the two means differ most (least
squares).  Whether that is more than chance is asked of the same search on shuffled data, and how
sure the place is of the same search on cases drawn anew.  A smooth curve was rejected: a promise is
one number, and a curve would have to be cut by somebody's taste.  Where the fall is gradual, the
step is its middle.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SIDE_MIN = 30
CHANCE = 0.05
DRAWS = 400
TAILS = (2.5, 97.5)

Floats = npt.NDArray[np.float64]


class Turning(NamedTuple):
    """Hold what was found, or say in `why_not` why nothing was; waits are in milliseconds.

    `low` and `high` hold the wait in 95 of 100 draws; `high` is infinite where the fall may lie
    between the longest wait and no answer at all.
    """

    cases: int
    why_not: str = ""
    chance: float | None = None
    wait: float = 0.0
    low: float = 0.0
    high: float = 0.0
    before: float = 0.0
    after: float = 0.0
    waited_longer: int = 0

    @property
    def is_found(self) -> bool:
        """Tell whether there is a wait at which it falls."""
        return not self.why_not


def turning_point(waits: Floats, scores: Floats, seed: int) -> Turning:
    """Return where scores fall along the wait; an infinite wait stands for no answer."""
    order = np.argsort(waits, kind="stable")
    waits, scores = waits[order], scores[order]
    # Equal waits are never cut apart.
    cuts = np.flatnonzero(waits[1:] > waits[:-1]) + 1
    cuts = cuts[(cuts >= SIDE_MIN) & (cuts <= len(waits) - SIDE_MIN)]
    if not len(cuts):
        return Turning(len(waits), f"not enough answers: {SIDE_MIN} on each side of a wait")
    whole = np.ones(len(waits))
    place, gain = _best(scores, whole, cuts)
    draw = np.random.default_rng(seed)
    beaten = sum(_best(draw.permutation(scores), whole, cuts)[1] >= gain for _ in range(DRAWS))
    chance = (1 + beaten) / (1 + DRAWS)
    if place < 0 or chance > CHANCE:
        return Turning(len(waits), f"no fall beyond chance (p = {chance:.2f})", chance)
    ends = _drawn_anew(waits, scores, cuts, place, draw)
    return Turning(
        cases=len(waits),
        chance=chance,
        wait=float(waits[place - 1]),
        low=float(np.percentile(ends[:, 0], TAILS[0], method="lower")),
        high=float(np.percentile(ends[:, 1], TAILS[1], method="higher")),
        before=float(scores[:place].mean()),
        after=float(scores[place:].mean()),
        waited_longer=len(waits) - place,
    )


def _best(scores: Floats, counts: Floats, cuts: npt.NDArray[np.int64]) -> tuple[int, float]:
    """Return the best cut, as how many stand before it, and how much it explains; -1 for none."""
    sizes, sums = np.cumsum(counts), np.cumsum(counts * scores)
    size, total = sizes[cuts - 1], sums[cuts - 1]
    rest, other = sizes[-1] - size, sums[-1] - total
    enough = np.minimum(size, rest) >= SIDE_MIN
    size, rest = np.maximum(size, 1), np.maximum(rest, 1)
    fall = total / size - other / rest
    gains = np.where(enough & (fall > 0), fall * fall * size * rest / sizes[-1], 0.0)
    best = int(np.argmax(gains))
    return (int(cuts[best]), float(gains[best])) if gains[best] > 0 else (-1, 0.0)


def _drawn_anew(
    waits: Floats,
    scores: Floats,
    cuts: npt.NDArray[np.int64],
    place: int,
    draw: np.random.Generator,
) -> Floats:
    """Return for each draw the last wait before the step and the first one after it."""
    found = [(waits[place - 1], waits[place])]
    for _ in range(DRAWS):
        counts = np.bincount(draw.integers(len(waits), size=len(waits)), minlength=len(waits))
        other, _ = _best(scores, counts.astype(np.float64), cuts)
        if other > 0:
            found.append((waits[other - 1], waits[other]))
    return np.array(found)

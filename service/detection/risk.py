"""What the late cases of one episode may cost: excess cases, times loss each, times value each.

Only cases beyond the usual number count, and only the *difference* between what is lost of late
and of punctual customers: some would have left anyway.  It is an association, as late customers
differ from others in more than lateness, and has to be labelled as one.  Taking the loss among
late customers alone was rejected: it sells every ordinary loss as ours.

Mean and variance have a closed form, as the three factors are independent.  The interval comes from
draws, since a product of few cases is far from a bell; the seed is an argument, so that the same
episode always shows the same figure.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import betainc

from service.detection.prior import Beta

_DRAWS = 4000
_LOW, _HIGH = 0.1, 0.9
_JEFFREYS = Beta(0.5, 0.5)


class Episode(NamedTuple):
    """State what is late: `late` of `cases` judged, and for each open case its chance to be late."""

    late: int
    cases: int
    open_late: Sequence[float] = ()


class Losses(NamedTuple):
    """State how many customers were lost, of how many late ones and of how many punctual ones."""

    late_lost: int
    late: int
    kept_lost: int
    kept: int

    def beliefs(self) -> tuple[Beta, Beta]:
        """Return what is believed of the loss of late and of punctual customers."""
        late = _JEFFREYS.seen(self.late_lost, self.late)
        return late, _JEFFREYS.seen(self.kept_lost, self.kept)


class Value(NamedTuple):
    """State what a customer is worth: the mean, and the deviation of that mean (sd / root n)."""

    mean: float
    error: float


class Risk(NamedTuple):
    """Hold what an episode may cost, and the chance that lateness costs nothing at all.

    `low` and `high` are the 10 % and the 90 % point; `low` is shown as 0 where it is below.
    """

    mean: float
    deviation: float
    low: float
    high: float
    nothing: float


def risk(episode: Episode, usual: Beta, losses: Losses, value: Value, seed: int) -> Risk:
    """Return what an episode may cost, given what was usual and what lateness did before."""
    moments = (_excess(episode, usual), _uplift(losses), (value.mean, value.error**2))
    mean = math.prod(mean for mean, _ in moments)
    squares = math.prod(mean * mean + variance for mean, variance in moments)
    draws = np.random.default_rng(seed)
    excess = np.maximum(episode.late - episode.cases * draws.beta(*usual, _DRAWS), 0.0)
    late, kept = losses.beliefs()
    uplift = draws.beta(*late, _DRAWS) - draws.beta(*kept, _DRAWS)
    cost = (excess + sum(episode.open_late)) * uplift
    cost *= draws.normal(value.mean, value.error, _DRAWS)
    low, high = np.quantile(cost, (_LOW, _HIGH))
    return Risk(
        mean,
        math.sqrt(max(squares - mean * mean, 0.0)),
        max(float(low), 0.0),
        max(float(high), 0.0),
        float(np.mean(uplift <= 0)),
    )


def _excess(episode: Episode, usual: Beta) -> tuple[float, float]:
    """Return mean and variance of the late cases beyond the usual number, never below none.

    The usual number is cases times a share that is Beta distributed; cut at `late`, its moments
    are incomplete Beta functions.
    """
    late, cases = episode.late, episode.cases
    coming = sum(episode.open_late)
    if not cases:
        return coming, 0.0
    a, b = usual
    cut = late / cases
    whole, first, second = (float(betainc(a + power, b, cut)) for power in range(3))
    first *= cases * usual.mean()
    second *= cases * cases * usual.mean() * (a + 1) / (a + b + 1)
    mean = late * whole - first
    square = late * late * whole - 2 * late * first + second
    return mean + coming, max(square - mean * mean, 0.0)


def _uplift(losses: Losses) -> tuple[float, float]:
    """Return mean and variance of what lateness adds to the share of customers lost."""
    late, kept = losses.beliefs()
    return late.mean() - kept.mean(), late.deviation() ** 2 + kept.deviation() ** 2

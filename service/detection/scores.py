"""What one look at a case says: points for "still open", points off for "answered since".

A case is looked at when it reaches each checkpoint of its promise.  If the share of late cases
rises from p0 to p1, every conditional open share s is taken to become s to the power theta, with
theta = ln p1 / ln p0 (proportional hazards); the scores are the log-likelihood ratios of what is
then seen.  They have the mean of their exponential equal to one while nothing has changed, which
is why run lengths grow like e to the limit.

Waiting for the answers instead was rejected: a detector that is fed with closed cases only never
sees that nobody answers any more (03, section 1).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple


class Scores(NamedTuple):
    """State the exponent theta and, for each checkpoint, both scores in nats."""

    theta: float
    survive: tuple[float, ...]
    answer: tuple[float, ...]


def worse(share: float, odds: float) -> float:
    """Return the share that results when the odds of `share` are multiplied by `odds`."""
    return odds * share / (1 - share + odds * share)


def late_share(stay: Sequence[float], promised: int) -> float:
    """Return the share still open at the promise: the product of the first `promised` shares."""
    if not 1 <= promised <= len(stay):
        raise ValueError(f"{promised} of {len(stay)} checkpoints up to the promise; one is needed")
    return math.prod(stay[:promised])


def checkpoint_scores(stay: Sequence[float], promised: int, odds: float) -> Scores:
    """Return the scores of a case whose open shares are `stay`, against late odds times `odds`.

    >>> [round(score, 4) for score in checkpoint_scores((0.25, 0.4, 0.5), 2, 3).survive]
    [0.5517, 0.3646, 0.2758]
    """
    if odds <= 1:
        raise ValueError(f"odds of {odds}: only a rise can be looked for")
    usual = late_share(stay, promised)
    theta = math.log(worse(usual, odds)) / math.log(usual)
    return Scores(
        theta,
        tuple((theta - 1) * math.log(share) for share in stay),
        tuple(math.log((1 - share**theta) / (1 - share)) for share in stay),
    )

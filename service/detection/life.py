"""How many cases would still be open at each age, when some of them are too young to know.

Counting only closed cases calls a stall a success; counting open ones as late calls a busy morning
a failure.  The life table uses each case for as long as it was seen, and at the checkpoints it is
nothing but two counts each (03, section 4.5).
"""

import math
from collections.abc import Sequence


def kaplan_meier(times: Sequence[float], ended: Sequence[bool]) -> list[tuple[float, float]]:
    """Return (time, share still open after it) for each time at which a case ended.

    A case that was last seen open at a time counts as at risk at that time.
    """
    steps: list[tuple[float, float]] = []
    share = 1.0
    for time in sorted({time for time, end in zip(times, ended, strict=True) if end}):
        at_risk = sum(other >= time for other in times)
        ends = sum(end for other, end in zip(times, ended, strict=True) if other == time)
        share *= 1 - ends / at_risk
        steps.append((time, share))
    return steps


def open_shares(looked: Sequence[int], stayed: Sequence[int]) -> list[float]:
    """Return the share still open after each checkpoint, from the life table's two counts.

    A checkpoint at which nobody was looked at says nothing and changes nothing.
    """
    shares: list[float] = []
    share = 1.0
    for looks, stays in zip(looked, stayed, strict=True):
        share *= stays / looks if looks else 1.0
        shares.append(share)
    return shares


def kept_share(looked: Sequence[int], stayed: Sequence[int], promised: int) -> float | None:
    """Return the share kept up to the promise; None where a checkpoint up to it has no look.

    Once nobody stays open, nobody can be looked at later, and all promises were kept.
    """
    for looks, stays in zip(looked[:promised], stayed[:promised], strict=True):
        if not looks:
            return None
        if not stays:
            return 1.0
    return 1 - math.prod(open_shares(looked[:promised], stayed[:promised])[-1:])

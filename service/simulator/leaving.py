"""When and why customers leave: a few always do, and many more of those who were let down.

This is the truth that the service has to find: a promise that was broken makes people leave days
or weeks later.  A third of all who leave never say why.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from service.simulator.planting import DAY_S

LET_DOWN_LEAVES = 0.4
SOONEST_S, LATEST_S = 2.5 * DAY_S, 59.5 * DAY_S
USUAL_DELAY_S = 12 * DAY_S
USUAL_STAY_S = 1300 * DAY_S
UNKNOWN = ""
WAITED = "waited too long"
USUALLY = {
    UNKNOWN: 33, "price": 21, "car not there": 15, "moved away": 14, "service too late": 10,
    "hand-over not as promised": 5, WAITED: 2,
}  # fmt: skip
AFTER_WAITING = {UNKNOWN: 33, WAITED: 57, "price": 5, "car not there": 5}


class Leaving(NamedTuple):
    """Hold when a customer leaves, what is said of it, and whether waiting was the cause."""

    time: int
    reason: str
    waited: bool


def leaving(since: int, let_down: Sequence[int], draw: Random) -> Leaving:
    """Return when and why somebody leaves who is a customer since an instant; mostly far away."""
    usual = since + int(draw.expovariate(1 / USUAL_STAY_S))
    driven_away = [
        max(since, instant) + _delay(draw)
        for instant in let_down
        if draw.random() < LET_DOWN_LEAVES
    ]
    soonest = min(driven_away, default=usual)
    if soonest < usual:
        return Leaving(soonest, _reason(AFTER_WAITING, draw), waited=True)
    return Leaving(usual, _reason(USUALLY, draw), waited=False)


def _delay(draw: Random) -> int:
    """Return how long somebody who was let down still stays."""
    return int(min(SOONEST_S + draw.expovariate(1 / USUAL_DELAY_S), LATEST_S))


def _reason(reasons: dict[str, int], draw: Random) -> str:
    return draw.choices(list(reasons), list(reasons.values()))[0]

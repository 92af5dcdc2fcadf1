"""How the made-up staff answers: usually soon, sometimes late, now and then never.

An answer takes a log-normal number of open hours, so that about one in ten is late against one
open hour.  Exponential times were rejected: they have no tail worth a warning.
"""

from math import log
from random import Random

from service.simulator.hours import Hours
from service.simulator.planting import Trouble

MEDIAN_S = 0.215 * 3600
SIGMA = 1.2
NEVER = 0.012
STALLED = 0.25
KEEN = 0.03


def answered_at(asked: int, hours: Hours, trouble: Trouble | None, draw: Random) -> int | None:
    """Return when a person answers what was asked at an instant, or None for never."""
    current = trouble if trouble and trouble.covers(asked) else None
    never = STALLED if current and current.kind == "stall" else NEVER
    open_s = draw.lognormvariate(log(MEDIAN_S), SIGMA) * (current.pace(asked) if current else 1)
    keen = draw.random() < KEEN
    if draw.random() < never:
        return None
    answer = asked + int(open_s) if keen else hours.later(asked, open_s)
    if trouble and trouble.kind == "freeze" and trouble.covers(answer):
        return hours.later(trouble.ends, open_s)
    return answer

"""When customers ask, and who they are: pseudonyms only, some of them seen before.

Customers write in the evening and at night as well, and at weekends; most of them while the
showroom is open.  The weights of the hours are laid on one line of time, and requests fall on it
at random, so a busy hour costs no more to draw than a quiet one.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

HOUR_S = 3600
WEEK_HOURS = 168
BY_HOUR = (2, 1, 1, 1, 1, 1, 2, 4, 7, 10, 11, 10, 8, 8, 9, 10, 10, 10, 9, 9, 10, 9, 6, 4)
BY_WEEKDAY = (1.1, 1.0, 1.0, 1.0, 1.0, 1.0, 0.7)
SEEN_BEFORE = 0.06


class Demand:
    """Draw the instants at which customers ask, in one zone."""

    def __init__(self, zone: ZoneInfo, begin: int, weeks: int) -> None:
        """Lay the weights of all hours of the run on one line; a week weighs about 1."""
        self.begin = begin
        starts = range(begin, begin + weeks * WEEK_HOURS * HOUR_S, HOUR_S)
        weights = [_weight(datetime.fromtimestamp(start, zone)) for start in starts]
        self.line = [0.0, *accumulate(weight * weeks / sum(weights) for weight in weights)]

    def instants(self, requests_a_week: float, draw: Random) -> Iterator[int]:
        """Yield the instants of one dealer's requests, in order."""
        place = draw.expovariate(requests_a_week)
        while place < self.line[-1]:
            hour = bisect_right(self.line, place) - 1
            part = (place - self.line[hour]) / (self.line[hour + 1] - self.line[hour])
            yield self.begin + int((hour + part) * HOUR_S)
            place += draw.expovariate(requests_a_week)


class People:
    """Give every request a customer; a few come back to the same dealer."""

    def __init__(self) -> None:
        """Start with nobody known."""
        self.known: dict[str, list[str]] = {}
        self.number = 0

    def customer(self, dealer: str, draw: Random) -> str:
        """Return a customer of the dealer, mostly a new one."""
        seen = self.known.setdefault(dealer, [])
        if seen and draw.random() < SEEN_BEFORE:
            return draw.choice(seen[-20:])
        self.number += 1
        seen.append(f"c-{self.number:06}")
        return seen[-1]


def _weight(local: datetime) -> float:
    """Return how eager customers are at an hour of the week."""
    return BY_HOUR[local.hour] * BY_WEEKDAY[local.weekday()]

"""The troubles that are planted in the made-up world, so that finding them can be scored.

Each trouble hits one dealer once.  The first of each kind hits the largest dealers, so that even
a small world has troubles that whoever counts waiting customers must see; troubles drawn by
chance alone were rejected, because a demonstration could then show nothing.
"""

from dataclasses import dataclass
from random import Random

from service.simulator.dealers import Dealer

DAY_S = 86_400
DAYS = {"slow": (14, 20), "freeze": (4, 7), "stall": (12, 20), "ramp": (14, 24)}
SLOW = 4.0
RAMP = 6.0
DEALER_WEEKS_A_TROUBLE = 80


@dataclass(frozen=True, slots=True)
class Trouble:
    """Hold what goes wrong at one dealer, and when."""

    kind: str
    dealer: Dealer
    begins: int
    ends: int

    def covers(self, instant: int) -> bool:
        """Tell whether an instant lies in the trouble."""
        return self.begins <= instant < self.ends

    def pace(self, instant: int) -> float:
        """Return how many times longer an answer takes than usual."""
        if self.kind == "slow":
            return SLOW
        if self.kind == "ramp":
            return 1 + (RAMP - 1) * (instant - self.begins) / (self.ends - self.begins)
        return 1.0


def plant(dealers: list[Dealer], begin: int, weeks: int, draw: Random) -> list[Trouble]:
    """Return the troubles of a run, at most one for each dealer."""
    number = min(len(dealers), max(len(DAYS), len(dealers) * weeks // DEALER_WEEKS_A_TROUBLE))
    largest = sorted(dealers, key=lambda dealer: (-dealer.requests_a_week, dealer.id))
    chosen, others = largest[: len(DAYS)], largest[len(DAYS) :]
    chosen += draw.sample(others, number - len(chosen))
    kinds = list(DAYS)
    return [
        _trouble(kinds[index % len(kinds)], dealer, begin, weeks * 7, draw)
        for index, dealer in enumerate(chosen)
    ]


def _trouble(kind: str, dealer: Dealer, begin: int, days: int, draw: Random) -> Trouble:
    """Return one trouble that ends within the run."""
    length = min(draw.randint(*DAYS[kind]), max(1, days - 1))
    first = draw.randint(min(days // 5, days - length), days - length)
    return Trouble(kind, dealer, begin + first * DAY_S, begin + (first + length) * DAY_S)

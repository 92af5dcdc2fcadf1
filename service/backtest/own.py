"""Own outcomes beside the published ones: how many of those in time and of the late went on.

The published figures stay until somebody puts the own ones in their place; below 200 cases in a
band even that is not proposed.  An own difference is an association as much as a published one.
"""

from typing import NamedTuple

from alerts.stake import Worth, kept
from service.backtest.lived import Completed, Passed
from service.backtest.rate import middle
from service.detection.interval import wilson

ENOUGH = 200
FOR_EVER = 2**62


class Band(NamedTuple):
    """Hold how many of a band went on, with Wilson's interval, and what the public figures say."""

    name: str
    cases: int
    done: int
    low: float
    high: float
    public: float | None
    wait_ms: float | None

    @property
    def share(self) -> float:
        """Return the share that went on."""
        return self.done / self.cases if self.cases else 0.0

    @property
    def missing(self) -> int:
        """Return how many cases it takes before own figures are proposed."""
        return max(ENOUGH - self.cases, 0)


def bands_of(completed: Completed, worth: Worth | None) -> tuple[Band, Band]:
    """Return the customers in time and the late ones."""
    in_time = [one for one in completed.cases if not one.is_late]
    late = [one for one in completed.cases if one.is_late]
    return (
        _band("in time", in_time, completed.done, worth),
        _band("late", late, completed.done, worth),
    )


def _band(name: str, cases: list[Passed], done: frozenset[str], worth: Worth | None) -> Band:
    went_on = sum(one.case in done for one in cases)
    shares = [
        worth.share * kept(worth, int(min(one.own, FOR_EVER))) for one in cases if worth is not None
    ]
    public = sum(shares) / len(shares) if shares else None
    wait = middle([one.own for one in cases])
    return Band(name, len(cases), went_on, *wilson(went_on, len(cases)), public, wait)

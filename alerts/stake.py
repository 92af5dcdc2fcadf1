"""What may be at stake behind an alert: likely buyers, and money last and rounded.

People who wait buy less often.  How much less comes from published figures that the configuration
names with their sources; between them the curve is straight in the logarithm of the wait.  It is an
association, never a loss: who answers late differs in other ways, too.  Counting each alert as lost
revenue was rejected, because nobody would believe the second one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

DAY_MS = 24 * 3_600_000
Wait = tuple[int, int]  # so many customers have waited so many milliseconds at least


@dataclass(frozen=True, slots=True)
class Worth:
    """Hold the public figures, each with its source.

    `share` of those who ask buy; of them `keep` remain after a wait: (milliseconds, share) ascending.
    A buyer is worth `amount` in `currency`.  `topics` are those it holds for, empty for all.
    """

    share: float
    share_source: str
    keep: tuple[tuple[int, float], ...]
    keep_source: str
    amount: int
    currency: str
    amount_source: str
    topics: tuple[str, ...] = ()

    def holds_for(self, topic: str) -> bool:
        """Tell whether the figures are about a topic."""
        return not self.topics or topic in self.topics


@dataclass(frozen=True, slots=True)
class Stake:
    """State how many likely buyers are at risk now, and if nothing happens by tomorrow."""

    now: float
    tomorrow: float
    amount: int
    currency: str

    def joined(self, other: "Stake") -> "Stake":
        """Return both together."""
        now, tomorrow = self.now + other.now, self.tomorrow + other.tomorrow
        return Stake(now, tomorrow, self.amount, self.currency)

    @property
    def money(self) -> tuple[int, int]:
        """Return the money from now to tomorrow, in two significant digits."""
        return _rounded(self.now * self.amount), _rounded(self.tomorrow * self.amount)


def kept(worth: Worth, waited_ms: int) -> float:
    """Return the share of buyers who remain after a wait."""
    points = worth.keep
    if waited_ms <= points[0][0]:
        return points[0][1]
    for (early, high), (late, low) in pairwise(points):
        if waited_ms < late:
            part = math.log(waited_ms / early) / math.log(late / early)
            return high + (low - high) * part
    return points[-1][1]


def stake_of(worth: Worth, waits: Sequence[Wait]) -> Stake:
    """Return what is at stake of people who have waited so long."""
    now = sum(count * worth.share * (1 - kept(worth, wait)) for count, wait in waits)
    later = sum(count * worth.share * (1 - kept(worth, max(wait, DAY_MS))) for count, wait in waits)
    return Stake(now, later, worth.amount, worth.currency)


def waits_of(past: Mapping[int, int], promise_ms: int, customers: int) -> list[Wait]:
    """Return how long people have waited at the least: by the marks they passed, else the promise.

    `past` are customers past each mark, in percent of the promise.
    """
    marks = sorted((mark, count) for mark, count in past.items() if mark >= 100)  # noqa: PLR2004 - the promise
    if not marks:
        return [(customers, promise_ms)] if customers else []
    beyond = [*[count for _, count in marks[1:]], 0]
    return [
        (max(count - more, 0), promise_ms * mark // 100)
        for (mark, count), more in zip(marks, beyond, strict=True)
    ]


def _rounded(amount: float) -> int:
    if amount < 1:
        return 0
    digits = int(10 ** max(math.floor(math.log10(amount)) - 1, 0))
    return round(amount / digits) * digits

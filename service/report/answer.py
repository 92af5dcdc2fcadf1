"""What customers said afterwards, and how long it took until it could be used.

An answer is filed under the time of the experience; the time at which it became known is kept apart,
because the difference of the two is what an early warning has to beat.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Answer(NamedTuple):
    """Hold one answer to a survey; times are UTC milliseconds."""

    touchpoint: str
    unit: str
    region: str
    experienced_at: int
    known_at: int
    score: float


class Lag(NamedTuple):
    """Say how long answers took: of half of them at most `p50_ms`, of nine in ten `p90_ms`."""

    p50_ms: int
    p90_ms: int


def lag_of(answers: Iterable[Answer]) -> Lag | None:
    """Return the lag of a survey; None where nobody answered."""
    lags = sorted(answer.known_at - answer.experienced_at for answer in answers)
    return Lag(quantile(lags, 50), quantile(lags, 90)) if lags else None


def quantile(ordered: Sequence[int], percent: int) -> int:
    """Return the smallest value that so many percent do not exceed; it is one of the values."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(rank, 1) - 1]

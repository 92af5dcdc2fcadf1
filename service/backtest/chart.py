"""The other drawings: how delays spread, what rules asked and reached, messages by week."""

from collections.abc import Iterable
from math import log10
from typing import NamedTuple

from service.backtest.plain import DAY_MS
from service.backtest.score import Asked, Score
from service.backtest.verdict import Fate

WEEKS = 8
RATE_LOW, RATE_HIGH = 0.001, 100.0


class Column(NamedTuple):
    """Hold one column: its name, its number, and its height in percent of the highest."""

    name: str
    number: int
    height: float


class Mark(NamedTuple):
    """Place an asked rate and a reached one with its interval, in percent of the line."""

    name: str
    says: str
    asked: float
    reached: float
    low: float
    high: float


class Weeks(NamedTuple):
    """Hold the messages of one receiver, a column for each week."""

    receiver: str
    total: int
    most: int
    columns: tuple[Column, ...]


def delays(score: Score) -> list[Column]:
    """Return the troubles by the week in which they were found; the last column was missed."""
    counts = [0] * (WEEKS + 2)
    for finding in score.verdict.findings:
        if finding.fate is Fate.MISSED:
            counts[-1] += 1
        elif finding.delay_ms is not None:
            counts[min(finding.delay_ms // (7 * DAY_MS), WEEKS)] += 1
    names = [*(f"week {number + 1}" for number in range(WEEKS)), "later", "missed"]
    return _columns(zip(names, counts, strict=True), max(counts))


def delays_say(score: Score) -> str:
    """Return the finding of that drawing."""
    delay = score.delay
    median = "-" if delay.median_days is None else f"{delay.median_days:.1f}"
    return (
        f"{delay.found.part} of {delay.found.whole} troubles were found, "
        f"half of those within {median} days"
    )


def marks(asked: Iterable[Asked]) -> list[Mark]:
    """Return for each rule that states a rate where it and the reached one lie, by powers of ten."""
    found = []
    for one in asked:
        reached = one.reached
        if reached.each is None or reached.low is None or reached.high is None:
            continue
        says = f"asked {one.asked:.3f} a year, reached {reached.each:.3f}"
        places = (one.asked, reached.each, reached.low, reached.high)
        found.append(Mark(f"{one.touchpoint} / {one.rule}", says, *map(_power, places)))
    return found


def weeks(score: Score) -> list[Weeks]:
    """Return the messages of each receiver by week, the busiest receiver first."""
    names = sorted({week for mine in score.weekly.values() for week in mine})
    busiest = sorted(score.weekly.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))
    return [
        Weeks(
            receiver,
            sum(mine.values()),
            max(mine.values()),
            tuple(_columns(((week, mine.get(week, 0)) for week in names), max(mine.values()))),
        )
        for receiver, mine in busiest
    ]


def _columns(pairs: Iterable[tuple[str, int]], most: int) -> list[Column]:
    return [Column(name, n, round(100 * n / most, 1) if most else 0.0) for name, n in pairs]


def _power(rate: float) -> float:
    inside = min(max(rate, RATE_LOW), RATE_HIGH)
    return round(100 * (log10(inside) - log10(RATE_LOW)) / (log10(RATE_HIGH) - log10(RATE_LOW)), 1)

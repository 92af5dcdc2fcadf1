"""Days to bring a count of people down: what it took, or what it would take at the present pace.

Nothing is promised by a projection: it is a straight line through a few weekly counts, and where they
do not fall there is none.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import dropwhile
from typing import NamedTuple

from alerts.spans import DAY_MS

PACE_WEEKS, PACE_WEEKS_MIN, WEEK_DAYS = 4, 3, 7


class Weekly(NamedTuple):
    """Hold the count of one week and the instant at which the week ended."""

    end: int
    people: int


class Way(StrEnum):
    """Say which way a count goes."""

    DOWN = "came down"
    FALLING = "falling"
    NOT_FALLING = "not falling"
    EARLY = "too early to say"
    BELOW = "never above the aim"


class Course(NamedTuple):
    """Say which way a count goes, and the days to bring it down, where they can be said."""

    way: Way
    days: int | None = None


def course_of(weeks: Sequence[Weekly], began_at: int, aim: int) -> Course:
    """Return how a count goes, from weeks in a row; the first is the last before the beginning.

    While the last count is at or below the aim, the days are those it took to get there first, from
    above: what was never above the aim was not brought down by anybody.
    Above it they are what a straight line through the last weeks would still take.
    """
    above = dropwhile(lambda week: week.people <= aim, weeks)
    reached = [week for week in above if week.end > began_at and week.people <= aim]
    if reached and weeks[-1].people <= aim:
        return Course(Way.DOWN, -(-(reached[0].end - began_at) // DAY_MS))
    if all(week.people <= aim for week in weeks):
        return Course(Way.BELOW)
    last = [week.people for week in weeks[-PACE_WEEKS:]]
    if len(last) < PACE_WEEKS_MIN:
        return Course(Way.EARLY)
    rise, run = _slope(last)
    missing = last[-1] - aim
    if rise >= 0 or last[-1] >= last[0] or missing <= 0:
        return Course(Way.NOT_FALLING)
    return Course(Way.FALLING, -(-WEEK_DAYS * missing * run // -rise))


def _slope(counts: Sequence[int]) -> tuple[int, int]:
    """Return the least-squares slope per week as a fraction of whole numbers."""
    size, places = len(counts), range(len(counts))
    across, up = sum(places), sum(counts)
    both = sum(place * count for place, count in zip(places, counts, strict=True))
    squares = sum(place * place for place in places)
    return size * both - across * up, size * squares - across * across

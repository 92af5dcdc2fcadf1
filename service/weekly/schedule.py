"""When a week's page is due: pure, on the wall clock of a zone, also on days with 23 or 25 hours.

An hour that does not exist, because the clocks went forward, is the instant at which they did; one
that comes twice is its first.  Only the newest week that fell due is ever sent: who was away for a
month gets one page and not five, and prints the others by hand.
"""

from collections.abc import Container
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service.report.week import Week, week_before

DAY_MS = 86_400_000
_DAYS = 7
_MINUTES = 60


class Schedule(NamedTuple):
    """State the hour of the week, Monday 0 and a minute of the day, its zone, and the weeks' zone."""

    weekday: int
    minute: int
    zone: str
    week_zone: str


class Due(NamedTuple):
    """Say which week's page fell due, and at which instant."""

    week: Week
    at: int


def due_for(
    receiver: str, now: int, schedule: Schedule, sent: Container[tuple[str, str]]
) -> Due | None:
    """Return what is due for a receiver; `sent` holds the weeks and receivers that had it."""
    due = last_due(now, schedule)
    return None if (due.week.name, receiver) in sent else due


def last_due(now: int, schedule: Schedule) -> Due:
    """Return what fell due last, at or before an instant."""
    return max((due for due in _around(now, schedule) if due.at <= now), key=lambda due: due.at)


def next_due(now: int, schedule: Schedule) -> Due:
    """Return what falls due next, behind an instant."""
    return min((due for due in _around(now, schedule) if due.at > now), key=lambda due: due.at)


def is_ready(due: Due, now: int, reach: int) -> bool:
    """Tell whether the data have passed the week; after a day it is sent with what is there."""
    return reach >= due.week.end or now - due.at >= DAY_MS


def instant_of(day: date, minute: int, zone: str) -> int:
    """Return the instant of a minute of a day."""
    place = ZoneInfo(zone)
    hour, rest = divmod(minute, _MINUTES)
    wall = datetime(day.year, day.month, day.day, hour, rest, tzinfo=place)
    at = round(wall.timestamp())
    if datetime.fromtimestamp(at, place).replace(tzinfo=None) != wall.replace(tzinfo=None):
        at = _jump(round(wall.replace(fold=1).timestamp()), at, place)
    return at * 1000


def _jump(before: int, behind: int, place: ZoneInfo) -> int:
    """Return the second at which the clocks changed between two others."""
    old = _offset(before, place)
    while behind - before > 1:
        middle = (before + behind) // 2
        before, behind = (middle, behind) if _offset(middle, place) == old else (before, middle)
    return behind


def _offset(second: int, place: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(second, UTC).astimezone(place).utcoffset()


def _around(now: int, schedule: Schedule) -> list[Due]:
    """Return what falls due in the weeks before and behind an instant.

    Each day of the schedule has a week of its own, the one before it in the calendar, and waits for
    its end where another zone has not got there: taking the last week that had ended at the hour
    would leave one out when the clocks of one of two zones change.
    """
    today = datetime.fromtimestamp(now / 1000, ZoneInfo(schedule.zone)).date()
    day = today - timedelta(days=(today.weekday() - schedule.weekday) % _DAYS)
    return [_due(day + timedelta(days=_DAYS * weeks), schedule) for weeks in (-2, -1, 0, 1, 2)]


def _due(day: date, schedule: Schedule) -> Due:
    week = week_before(day, schedule.week_zone)
    return Due(week, max(instant_of(day, schedule.minute, schedule.zone), week.end))

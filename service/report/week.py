"""One week from Monday to Monday, on the wall clock of the company.

A week is named as ISO 8601 names it ("2026-W38").  Its ends are instants, so the week in which the
clocks change has an hour more or less; seven times 24 hours were rejected, they would move a Sunday
evening into the next week.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service.errors import ErosionError

_NAMED = re.compile(r"(\d{4})-W(\d{2})")
_DAYS = 7


class Week(NamedTuple):
    """Hold a week's name and its ends, UTC milliseconds; `end` is the first instant after it."""

    name: str
    begin: int
    end: int


def week_named(text: str, zone: str) -> Week:
    """Return the week of a name; raise ErosionError for what is none."""
    found = _NAMED.fullmatch(text.strip().upper())
    try:
        if found:
            return _week(date.fromisocalendar(int(found[1]), int(found[2]), 1), zone)
    except (ValueError, OverflowError):
        pass  # A year without a 53rd week, or one that no calendar reaches.
    raise ErosionError(f"{text!r} is no week", "write it as 2026-W38: the year, then the ISO week")


def last_full_week(instant: int, zone: str) -> Week:
    """Return the last week that had ended at an instant."""
    return week_before(datetime.fromtimestamp(instant / 1000, ZoneInfo(zone)).date(), zone)


def week_before(day: date, zone: str) -> Week:
    """Return the week before the one in which a day lies."""
    return _week(day - timedelta(days=day.weekday() + _DAYS), zone)


def weeks_until(week: Week, count: int, zone: str) -> list[Week]:
    """Return so many weeks in a row, of which this one is the last."""
    monday = datetime.fromtimestamp(week.begin / 1000, ZoneInfo(zone)).date()
    return [_week(monday - timedelta(weeks=back), zone) for back in reversed(range(count))]


def _week(monday: date, zone: str) -> Week:
    year, number, _ = monday.isocalendar()
    ends = (_midnight(day, zone) for day in (monday, monday + timedelta(days=_DAYS)))
    return Week(f"{year:04}-W{number:02}", *ends)


def _midnight(day: date, zone: str) -> int:
    return round(datetime.combine(day, time(), ZoneInfo(zone)).timestamp() * 1000)

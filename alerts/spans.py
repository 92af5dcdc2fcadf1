"""Instants and lengths of time in the words of people.

Times are local to the place, in 24 hours, and name the day as soon as it is not the reader's day
there.  Names of days and months are our own: the C library's would depend on the machine.
"""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def clock(instant: int, now: int, zone: str) -> str:
    """Return a wall time such as "09:12", with the day where it is not today's."""
    place = _zone(zone)
    then = datetime.fromtimestamp(instant / 1000, place)
    today = datetime.fromtimestamp(now / 1000, place).date()
    time = f"{then:%H:%M}"
    if then.date() == today:
        return time
    day = f"{WEEKDAYS[then.weekday()]} {then.day} {MONTHS[then.month - 1]}"
    year = f" {then.year}" if then.year != today.year else ""
    return f"{day}{year} {time}"


def span(length_ms: int) -> str:
    """Return a length of time in its two largest units, rounded down: "5 h 10 min"."""
    days, rest = divmod(max(length_ms, 0), DAY_MS)
    hours, rest = divmod(rest, HOUR_MS)
    minutes = rest // MINUTE_MS
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def _zone(name: str) -> tzinfo:
    # The loader has checked the name; a machine that lost its zone data still has to speak.
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC

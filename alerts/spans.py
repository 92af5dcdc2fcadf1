"""Instants and lengths of time in the words of people.

Times are local to the place, in 24 hours, and name the day as soon as it is not the reader's day
there.  Names of days and months are Babel's: the C library's would depend on the machine.  The
order of a date, and the signs for days, hours and minutes, stand in the catalogue, because Babel's
short English hours are "hr" and ours are the "h" that everybody reads.
"""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alerts.tongue import Tongue, noted

TODAY, THIS_YEAR, EARLIER = (
    noted("HH:mm"),
    noted("EEE d MMM HH:mm"),
    noted("EEE d MMM y HH:mm"),
)
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def clock(instant: int, now: int, zone: str, tongue: Tongue) -> str:
    """Return a wall time such as "09:12", with the day where it is not today's."""
    place = _zone(zone)
    then = datetime.fromtimestamp(instant / 1000, place)
    today = datetime.fromtimestamp(now / 1000, place).date()
    if then.date() == today:
        return tongue.clock(then, TODAY)
    return tongue.clock(then, THIS_YEAR if then.year == today.year else EARLIER)


def span(length_ms: int, tongue: Tongue) -> str:
    """Return a length of time in its two largest units, rounded down: "5 h 10 min"."""
    days, rest = divmod(max(length_ms, 0), DAY_MS)
    hours, rest = divmod(rest, HOUR_MS)
    minutes = rest // MINUTE_MS
    if days:
        both = tongue.say("{days} d {hours} h", days=str(days), hours=hours)
        return both if hours else tongue.say("{days} d", days=str(days))
    if hours:
        both = tongue.say("{hours} h {minutes} min", hours=hours, minutes=minutes)
        return both if minutes else tongue.say("{hours} h", hours=hours)
    return tongue.say("{minutes} min", minutes=minutes)


def _zone(name: str) -> tzinfo:
    # The loader has checked the name; a machine that lost its zone data still has to speak.
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC

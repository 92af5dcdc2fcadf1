"""Zones and calendars for tests, and a counter that walks minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from service.engine.business_time import Calendar
from service.engine.plan import Week
from service.engine.zone import Zone

MINUTE = 60_000
HOUR = 60 * MINUTE


def at(text: str, zone: str = "UTC", *, fold: int = 0) -> int:
    """Return the UTC milliseconds of a wall time."""
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return int(moment.timestamp() * 1000)


def zone(name: str) -> Zone:
    """Return the zone's transitions from 2024 to 2030, found hour by hour."""
    info = ZoneInfo(name)
    hour = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [(-(2**53), _offset(info, hour))]
    while hour.year < 2030:
        following = hour + timedelta(hours=1)
        if _offset(info, following) != rows[-1][1]:
            rows.append((int(following.timestamp() * 1000), _offset(info, following)))
        hour = following
    return Zone(name, rows)


def _offset(info: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(info).utcoffset()
    assert offset is not None
    return int(offset.total_seconds() * 1000)


ZONES = {
    name: zone(name)
    for name in ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo")
}


def week(
    zone_name: str, days: dict[int, list[tuple[int, int]]], closed: tuple[str, ...] = ()
) -> Week:
    """Return a week from {weekday: [(start minute, end minute)]}."""
    return Week(zone_name, False, tuple(tuple(days.get(day, ())) for day in range(7)), closed)


def calendar(
    zone_name: str, days: dict[int, list[tuple[int, int]]], closed: tuple[str, ...] = ()
) -> Calendar:
    """Return a calendar of one member."""
    return Calendar([(ZONES[zone_name], week(zone_name, days, closed))])


class MinuteWalker:
    """Count open minutes by looking at every minute's wall clock; shares no code with the product."""

    def __init__(
        self, zone_name: str, days: dict[int, list[tuple[int, int]]], closed: tuple[str, ...]
    ) -> None:
        """Take the same facts as `calendar`."""
        self.info = ZoneInfo(zone_name)
        self.days = days
        self.closed = {date.fromisoformat(text) for text in closed}

    def open_minute(self, start_ms: int) -> bool:
        """Tell whether the minute that begins at an instant is open."""
        wall = datetime.fromtimestamp(start_ms / 1000, tz=self.info)
        minute = wall.hour * 60 + wall.minute
        today = any(
            a <= minute < (b if b > a else 1440)
            for a, b in self.days.get(wall.weekday(), ())
            if wall.date() not in self.closed
        )
        before = wall.date() - timedelta(days=1)
        tail = any(
            b <= a and minute < b
            for a, b in self.days.get(before.weekday(), ())
            if before not in self.closed
        )
        return today or tail

    def between(self, start: int, end: int) -> int:
        """Return the open milliseconds between two instants on whole minutes."""
        return sum(MINUTE for at_ms in range(start, end, MINUTE) if self.open_minute(at_ms))

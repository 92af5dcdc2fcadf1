"""Lay out every minute between two instants by the wall clock, and count the open ones.

Instants are milliseconds since 1970.  Adding hours to hours with rules for the edges was rejected:
that is what the service does, and two calendars that think alike err alike.
"""

import csv
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from ruamel.yaml import YAML

MINUTE = 60_000
DAY_MINUTES = 1440
EPOCH = date(1970, 1, 1)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass
class World:
    """Hold the configuration as it is written, and the minutes between two instants."""

    folder: Path
    first: int
    last: int
    counted: dict[Any, "array[int]"] = field(default_factory=dict)

    @cached_property
    def written(self) -> dict[str, Any]:
        """Return the top-level keys of all files of the folder."""
        files = [YAML(typ="safe").load(path) for path in sorted(self.folder.glob("*.yaml"))]
        return {key: value for file in files for key, value in file.items()}

    @cached_property
    def units(self) -> dict[str, dict[str, str]]:
        """Return the units by id; what a row leaves empty is the default."""
        defaults = {"calendar": "always", "subdivision": ""} | self.written["defaults"]
        rows = _table(self.folder / self.written["units"]["dealer"]["file"])
        return {row["id"]: defaults | {k: v for k, v in row.items() if v} for row in rows}

    def open_ms(self, unit: str, instant: int) -> int:
        """Return the open milliseconds of a unit between the first minute and an instant."""
        if unit not in self.counted:
            self.counted[unit] = self._count(unit)
        minute, rest = divmod(instant, MINUTE)
        index = minute - self.minutes.start
        before, after = self.counted[unit][index : index + 2]
        return before * MINUTE + (after - before) * rest

    @cached_property
    def minutes(self) -> range:
        """Return all minutes, with a day to spare at both ends."""
        return range(self.first // MINUTE - DAY_MINUTES, self.last // MINUTE + DAY_MINUTES)

    def _count(self, unit: str) -> "array[int]":
        """Return for every minute how many open ones lie before it; equal units share."""
        row = self.units[unit]
        calendar = self.written["calendars"].get(row["calendar"], {"open": "always"})
        rows = _table(self.folder / calendar["closed"]) if "closed" in calendar else []
        closed = frozenset(r["date"] for r in rows if r["unit"] in {"*", unit})
        key = (row["calendar"], row["timezone"], row["country"], row["subdivision"], closed)
        if key not in self.counted:
            public = calendar.get("holidays") == "public"
            free = _holidays(row["country"], row["subdivision"]) if public else ()
            flags = self._flags(calendar["open"], row["timezone"], closed, free)
            self.counted[key] = array("l", [0, *accumulate(flags)])
        return self.counted[key]

    def _flags(self, hours: Any, zone: str, closed: frozenset[str], free: Any) -> bytearray:
        """Return a 1 for every open minute.

        A wall time that comes twice is reached from its first coming on, and still to come until
        its second: that is how an opening takes the first and a closing the second.
        """
        if hours == "always":
            return bytearray(b"\1" * len(self.minutes))
        walls = [minute + _offset(minute, ZoneInfo(zone)) for minute in self.minutes]
        reached = list(accumulate(walls, max))
        to_come = list(accumulate(reversed(walls), min))[::-1]
        flags = bytearray(len(walls))
        for number in range(walls[0] // DAY_MINUTES - 1, walls[-1] // DAY_MINUTES + 1):
            day = EPOCH + timedelta(days=number)
            dropped = day.isoformat() in closed or day in free
            for begin, end in () if dropped else _spans(hours, day.weekday()):
                opening = bisect_left(reached, number * DAY_MINUTES + begin)
                closing = bisect_left(to_come, number * DAY_MINUTES + end)
                flags[opening:closing] = b"\1" * (closing - opening)
        return flags


@cache
def _table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file."""
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def _holidays(country: str, subdivision: str) -> Any:
    """Return the public holidays of a country and its part."""
    return holidays.country_holidays(country, subdivision or None)


def _offset(minute: int, zone: ZoneInfo) -> int:
    """Return by how many minutes the wall clock is ahead of UTC at a minute since 1970."""
    offset = datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).utcoffset()
    return int((offset or timedelta()).total_seconds()) // 60


def _spans(hours: dict[str, list[str]], weekday: int) -> list[tuple[int, int]]:
    """Return the spans that begin on a weekday, as minutes since its midnight."""
    texts = [span for days, spans in hours.items() if _names(days, weekday) for span in spans]
    ends = [[_minute(wall) for wall in text.split("-")] for text in texts]
    return [(begin, end if begin < end else end + DAY_MINUTES) for begin, end in ends]


def _names(days: str, weekday: int) -> bool:
    """Tell whether `mon-fri` or `sat` names a weekday."""
    first, last = WEEK.index(days[:3]), WEEK.index(days[-3:])
    return first <= weekday <= last


def _minute(wall: str) -> int:
    """Return the minutes since midnight of a wall time."""
    hour, minute = wall.split(":")
    return int(hour) * 60 + int(minute)

"""Time zones as lists of transitions, found by asking the zone files once, here.

The zone files answer only for single instants, so the years are probed in coarse steps and each
change of offset is narrowed down by halving.  A week is shorter than any two changes of a zone
since 2000 lie apart.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

FIRST_YEAR = 2000
YEAR_AFTER = 2051
BEGINNING_MS = -(2**53)
_STEP_S = 7 * 24 * 3600
_MS = 1_000

Transitions = tuple[tuple[int, int], ...]


def compile_zones(names: Iterable[str]) -> dict[str, Transitions]:
    """Return the transitions of each zone by its name."""
    return {name: transitions(name) for name in sorted(set(names))}


@cache
def transitions(name: str) -> Transitions:
    """Return (from UTC ms, offset ms), ascending; the first covers all before 2000."""
    zone = ZoneInfo(name)
    at, end = (
        int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (FIRST_YEAR, YEAR_AFTER)
    )
    offset = _offset(zone, at)
    found = [(BEGINNING_MS, offset)]
    while at < end:
        following = min(at + _STEP_S, end)
        later = _offset(zone, following)
        if later != offset:
            found.append((_change(zone, at, following) * _MS, later))
            offset = later
        at = following
    return tuple(found)


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """Return the first second at which the offset is the one of `after`."""
    wanted = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == wanted:
            after = middle
        else:
            before = middle
    return after


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * _MS

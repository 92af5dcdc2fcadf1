"""Read a time that stands in an event's data: an instant, or a wall time of a known zone.

The envelope's own times are read at the door; these are read here, because only the engine knows
the zone of the unit in which a plain date is meant.
"""

from datetime import UTC, datetime, timedelta

from service.engine.zone import DAY_MS, Zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_NAIVE = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock knows no zone
_MILLISECOND = timedelta(milliseconds=1)
# A date beyond these is a slip of the pen, and calendars are not expanded for it.
YEARS = (1971, 2100)


def read_instant(value: object, zone: Zone) -> int | None:
    """Return the UTC milliseconds of a text such as 2026-10-05 or 2026-10-05T09:00+02:00.

    Without an offset it is a wall time of `zone`; a date alone is its first instant.  None for
    anything else.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if not YEARS[0] <= moment.year <= YEARS[1]:
        return None
    if moment.tzinfo is None:
        return zone.utc((moment - _EPOCH_NAIVE) // _MILLISECOND)
    return (moment - _EPOCH) // _MILLISECOND


def end_of_day(at: int, zone: Zone) -> int:
    """Return 00:00 of the local day after the one of `at`."""
    return zone.utc((zone.day(at) + 1) * DAY_MS)

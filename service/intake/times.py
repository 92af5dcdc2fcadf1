"""The forms in which a source writes its times; each becomes UTC milliseconds.

Text with an offset is always understood.  A wall time needs the zone that its source declares,
a number the unit: to guess either would move every promise by hours and look right.  A wall
time that occurs twice is its first occurrence, one that does not exist the instant of the jump
(02, "DST edges").
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from service.engine.instant import YEARS
from service.engine.plan import Source
from service.engine.zone import Zone
from service.rejected import Reason, Refusal, shown

# Reads the time in a field; the field's name stands in what is said of a bad one.
Reading = Callable[[object, str], int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_NAIVE = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock knows no zone
_MILLISECOND = timedelta(milliseconds=1)
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)
WHOLE_MAX = 10**18
_FACTORS = {"s": 1000, "ms": 1}
_UNITS = {"s": "seconds", "ms": "milliseconds"}
_BOUNDS = tuple(
    (datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND for year in (YEARS[0], YEARS[1] + 1)
)


def reading(source: Source, zones: Mapping[str, Sequence[tuple[int, int]]]) -> Reading:
    """Return how the times of a source are read."""
    if source.epoch:
        return _counted(source.epoch)
    if source.zone:
        return _of_zone(Zone(source.zone, zones[source.zone]))
    return with_offset


def with_offset(value: object, field: str) -> int:
    """Return the instant of a text with an offset."""
    moment = _moment(value, field)
    if moment.tzinfo is None:
        hint = "write +02:00 or Z behind it, or `timezone: Europe/Berlin` at the source"
        raise Refusal(Reason.TIME, f"{field} has no offset: {hint}")
    return (moment - _EPOCH) // _MILLISECOND


def _of_zone(zone: Zone) -> Reading:
    def read(value: object, field: str) -> int:
        moment = _moment(value, field)
        if moment.tzinfo is None:
            return zone.utc((moment - _EPOCH_NAIVE) // _MILLISECOND)
        return (moment - _EPOCH) // _MILLISECOND

    return read


def _counted(unit: str) -> Reading:
    factor = _FACTORS[unit]

    def read(value: object, field: str) -> int:
        # A whole number of few digits needs no exact fraction.
        if value.__class__ is int and -WHOLE_MAX < value < WHOLE_MAX:
            at = value * factor
        elif (number := _number(value)) is None:
            return with_offset(value, field)
        else:
            at = int((number * factor).to_integral_value(ROUND_HALF_EVEN))
        if not _BOUNDS[0] <= at < _BOUNDS[1]:
            other = next(name for name in _FACTORS if name != unit)
            hint = f"if these are {_UNITS[other]}, write `epoch: {other}` at the source"
            raise Refusal(Reason.TIME, f"{field} is far from today; {hint}")
        return at

    return read


def _number(value: object) -> Decimal | None:
    """Return a number, or a text that is one, exactly."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = format(value, "f") if isinstance(value, float) else str(value).strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _moment(value: object, field: str) -> datetime:
    try:
        moment = _PARSE(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Refusal(Reason.TIME, _unreadable(value, field)) from None
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise Refusal(Reason.TIME, f"{field} is of the year {moment.year}")
    return moment


def _unreadable(value: object, field: str) -> str:
    if value is None:
        return f"{field} is missing; write it as 2026-09-14T09:12:00+02:00"
    if _number(value) is not None:
        return f"{field} is a number; write `epoch: s` or `epoch: ms` at the source to have it read"
    return f"{field} is not a time as 2026-09-14T09:12:00+02:00: {shown(value)}"


_PARSE: Callable[[str], datetime] = datetime.fromisoformat

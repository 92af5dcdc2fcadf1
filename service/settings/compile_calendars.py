"""Calendars for the plan: one for each combination of hours, country, zone and closed days.

Units that are open alike share a calendar, so that the engine expands each only once.  Its key
can be read: `showroom/DE-BY/Europe/Berlin`, with `+d017` behind it where closed days of their own
set the units around d017 apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from holidays import country_holidays

from service.engine.plan import Unit, Week
from service.settings.compile_zones import FIRST_YEAR, YEAR_AFTER
from service.settings.opening import Calendar
from service.settings.settings import Settings
from service.settings.tables import ALWAYS, EVERY, UnitRow

Days = tuple[str, ...]
Units = dict[str, dict[str, Unit]]


def compile_calendars(settings: Settings) -> tuple[dict[str, Week], Units]:
    """Return the calendars by key, and every unit with the key of its calendar."""
    groups: dict[str, dict[Days, list[tuple[str, UnitRow]]]] = defaultdict(dict)
    for kind, rows in sorted(settings.tables.units.items()):
        for row in sorted(rows, key=lambda row: row.id):
            base, closed = _base(settings, row), _closed(settings, row)
            groups[base].setdefault(closed, []).append((kind, row))
    weeks: dict[str, Week] = {}
    keys: dict[tuple[str, str], str] = {}
    for base, variants in sorted(groups.items()):
        for closed, members in sorted(variants.items()):
            key = _key(settings, base, closed, members)
            weeks[key] = _week(settings, members[0][1], closed)
            keys.update({(kind, row.id): key for kind, row in members})
    return dict(sorted(weeks.items())), _units(settings, keys)


def _units(settings: Settings, keys: Mapping[tuple[str, str], str]) -> Units:
    return {
        kind: {
            row.id: Unit(row.region, keys[kind, row.id], row.timezone)
            for row in sorted(rows, key=lambda row: row.id)
        }
        for kind, rows in sorted(settings.tables.units.items())
    }


def _calendar(settings: Settings, row: UnitRow) -> Calendar:
    calendars = settings.configuration.calendars
    return calendars.get(row.calendar) or Calendar(open=ALWAYS)


def _base(settings: Settings, row: UnitRow) -> str:
    if _calendar(settings, row).holidays == "public" and row.country:
        place = f"{row.country}-{row.subdivision}".rstrip("-")
        return f"{row.calendar}/{place}/{row.timezone}"
    return f"{row.calendar}/{row.timezone}"


def _closed(settings: Settings, row: UnitRow, *, own: bool = True) -> Days:
    """Return the closed days of a unit: public holidays, everybody's, and its own."""
    calendar = _calendar(settings, row)
    written = settings.tables.closed.get(row.calendar, {})
    days = {*written.get(EVERY, ()), *(written.get(row.id, ()) if own else ())}
    if calendar.holidays == "public" and row.country:
        days.update(_holidays(row.country, row.subdivision))
    return () if calendar.always else tuple(sorted(days))


def _key(
    settings: Settings, base: str, closed: Days, members: Iterable[tuple[str, UnitRow]]
) -> str:
    first = min((row for _, row in members), key=lambda row: row.id)
    return base if closed == _closed(settings, first, own=False) else f"{base}+{first.id}"


def _week(settings: Settings, row: UnitRow, closed: Days) -> Week:
    calendar = _calendar(settings, row)
    if calendar.always:
        return Week(row.timezone, always=True)
    return Week(row.timezone, spans=calendar.spans(), closed=closed)


def company_week(settings: Settings, name: str) -> Week:
    """Return a calendar as it is for nobody in particular: in the company's zone and country."""
    defaults = settings.configuration.defaults
    row = UnitRow(EVERY, "", "", defaults.country, "", defaults.timezone, name, {}, "")
    return _week(settings, row, _closed(settings, row, own=False))


@cache
def _holidays(country: str, subdivision: str) -> Days:
    years = range(FIRST_YEAR, YEAR_AFTER)
    days = country_holidays(country, subdiv=subdivision or None, years=years)
    return tuple(sorted(day.isoformat() for day in days))

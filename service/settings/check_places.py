"""Whether calendars, zones, countries, units and regions fit together."""

from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from holidays import list_supported_countries

from alerts.tongues import is_known, known
from service.settings.explanation import did_you_mean
from service.settings.opening import Calendar
from service.settings.promise import DatePromise
from service.settings.settings import Settings
from service.settings.tables import ALWAYS, UnitRow


def place_problems(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with calendars, the defaults and the rows of units."""
    for name, calendar in settings.configuration.calendars.items():
        yield from _calendar_problems(settings, name, calendar)
    yield from _default_problems(settings)
    for rows in settings.tables.units.values():
        for row in rows:
            yield from _unit_problems(settings, row)
    units = {row.id for rows in settings.tables.units.values() for row in rows}
    for place, unit in settings.tables.named:
        if unit not in units:
            yield f'{place}: no unit "{unit}"; {did_you_mean(unit, units)}'


def _calendar_problems(settings: Settings, name: str, calendar: Calendar) -> Iterator[str]:
    at = settings.key("calendars", name)
    if name == ALWAYS and not calendar.always:
        yield f'{at}: the calendar "{ALWAYS}" is always open; give these hours another name'
    if not calendar.always and not any(calendar.spans()):
        yield f'{at}: the calendar "{name}" is never open; give at least one day its hours'
    if calendar.overlaps():
        yield f'{at}: the calendar "{name}" has overlapping hours; join them or cut one'


def _default_problems(settings: Settings) -> Iterator[str]:
    defaults = settings.configuration.defaults
    yield from _zone_problem(defaults.timezone, settings.at("defaults", "timezone"))
    yield from _country_problem(defaults.country, "", settings.at("defaults", "country"))
    if not is_known(defaults.locale):
        languages = ", ".join(known())
        at = settings.at("defaults", "locale")
        yield f'{at}: no language "{defaults.locale}"; there are {languages}'
    for name, source in settings.configuration.sources.items():
        if source.timezone:
            yield from _zone_problem(source.timezone, settings.at("sources", name, "timezone"))
    digest = settings.configuration.digest
    if digest is not None and digest.timezone:
        yield from _zone_problem(digest.timezone, settings.at("digest", "timezone"))
    for name, touchpoint in settings.configuration.touchpoints.items():
        promise = touchpoint.promise
        if isinstance(promise, DatePromise) and promise.timezone:
            at = settings.at("touchpoints", name, "promise", "timezone")
            yield from _zone_problem(promise.timezone, at)


def _unit_problems(settings: Settings, row: UnitRow) -> Iterator[str]:
    yield from _zone_problem(row.timezone, row.place)
    yield from _country_problem(row.country, row.subdivision, row.place)
    calendars = {*settings.configuration.calendars, ALWAYS}
    if row.calendar not in calendars:
        yield f'{row.place}: no calendar "{row.calendar}"; {did_you_mean(row.calendar, calendars)}'
    if not row.region:
        yield f'{row.place}: the unit "{row.id}" has no region; every unit belongs to one'
    elif row.region not in settings.tables.regions:
        hint = did_you_mean(row.region, settings.tables.regions)
        yield f'{row.place}: no region "{row.region}" in the regions file; {hint}'


def _zone_problem(zone: str, place: str) -> Iterator[str]:
    if zone not in _zones():
        close = did_you_mean(zone, _zones())
        hint = close if close.startswith("did") else "write it as Europe/Berlin"
        yield f'{place}: no time zone "{zone}"; {hint}'


def _country_problem(country: str, subdivision: str, place: str) -> Iterator[str]:
    if not country:
        if subdivision:
            yield f'{place}: the subdivision "{subdivision}" belongs to no country; name one'
        return
    if country not in _countries():
        yield f'{place}: no country "{country}"; write two capital letters of ISO 3166, such as DE'
    elif subdivision and subdivision not in _countries()[country]:
        close = did_you_mean(subdivision, _countries()[country])
        yield f'{place}: no subdivision "{subdivision}" of {country}; {close}'


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _countries() -> dict[str, list[str]]:
    return list_supported_countries()

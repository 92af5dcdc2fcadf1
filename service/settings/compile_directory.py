"""The desk's directory: topics, places, receivers and routes in the desk's own words."""

from collections.abc import Iterable

from alerts.directory import Directory, Place, Reach, Topic
from alerts.directory import Route as DirectoryRoute
from service.settings.delivery import Root, Route
from service.settings.settings import Settings
from service.settings.tables import RegionRow, UnitRow
from service.settings.touchpoint import Touchpoint


def compile_directory(settings: Settings) -> Directory:
    """Return all that the desk knows about the company."""
    configuration, tables = settings.configuration, settings.tables
    defaults = configuration.defaults
    touchpoints = configuration.touchpoints.items()
    return Directory(
        company=configuration.company,
        locale=defaults.locale,
        currency=defaults.currency,
        zone=defaults.timezone,
        topics={name: _topic(settings, name, item) for name, item in sorted(touchpoints)},
        units={
            (kind, row.id): Place(row.id, row.name, row.region, row.timezone, row.addresses)
            for kind, rows in sorted(tables.units.items())
            for row in sorted(rows, key=lambda row: row.id)
        },
        regions=_regions(settings),
        receivers={
            name: tuple(Reach(reach.channel, reach.settings()) for reach in reaches)
            for name, reaches in sorted(configuration.receivers.items())
        },
        root=_route(configuration.routes),
    )


def _topic(settings: Settings, name: str, touchpoint: Touchpoint) -> Topic:
    journey = settings.configuration.journeys[touchpoint.journey]
    stage = next(stage for stage in journey.stages if stage.id == touchpoint.stage)
    return Topic(
        id=name,
        title=touchpoint.title,
        stage=stage.id,
        stage_title=stage.title,
        journey=touchpoint.journey,
        promise=touchpoint.promise.text(),
        objective=touchpoint.objective[0] if touchpoint.objective else 0,
        owner=touchpoint.owner,
        unit_kind=touchpoint.unit.kind,
        do_now=touchpoint.do_now,
        upstream=touchpoint.upstream,
        runbook=touchpoint.runbook,
        case_url=touchpoint.case_url,
        intention=stage.intention,
    )


def _regions(settings: Settings) -> dict[str, Place]:
    zones: dict[str, set[str]] = {}
    for rows in settings.tables.units.values():
        _collect(zones, rows)
    return {
        name: _region(settings, row, zones.get(name, set()))
        for name, row in sorted(settings.tables.regions.items())
    }


def _collect(zones: dict[str, set[str]], rows: Iterable[UnitRow]) -> None:
    for row in rows:
        zones.setdefault(row.region, set()).add(row.timezone)


def _region(settings: Settings, row: RegionRow, zones: set[str]) -> Place:
    """Return a region in the zone that its units share, else in the company's."""
    zone = next(iter(zones)) if len(zones) == 1 else settings.configuration.defaults.timezone
    return Place(row.id, row.name, row.id, zone, row.addresses)


def _route(route: Root | Route) -> DirectoryRoute:
    match = route.match if isinstance(route, Route) else {}
    return DirectoryRoute(
        match={str(name): value for name, value in sorted(match.items())},
        receiver=route.receiver or "",
        group_by=tuple(route.group_by),
        routes=tuple(_route(child) for child in route.routes),
    )

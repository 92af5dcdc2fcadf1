"""The desk's directory: topics, places, receivers and routes in the desk's own words."""

from collections.abc import Iterable
from dataclasses import replace

from alerts.directory import Call, Directory, Heartbeat, Place, Reach, Topic
from alerts.directory import Route as DirectoryRoute
from alerts.hours import Hours
from alerts.tongues import tongue_of
from service.engine.plan import Plan
from service.settings.compile_hours import DeskHours
from service.settings.compile_sources import answering_sources, reading_sources
from service.settings.compile_words import wordings
from service.settings.delivery import INTERVAL_MS, WAIT_MS, Root, Route
from service.settings.promise import SpanPromise
from service.settings.settings import Settings
from service.settings.tables import RegionRow, UnitRow
from service.settings.telling import Step
from service.settings.touchpoint import Touchpoint


def compile_directory(settings: Settings, plan: Plan) -> Directory:
    """Return all that the desk knows about the company; the hours are those of the plan."""
    hours = DeskHours(settings, plan)
    configuration, tables = settings.configuration, settings.tables
    defaults = configuration.defaults
    touchpoints = configuration.touchpoints.items()
    return Directory(
        company=configuration.company,
        tongue=tongue_of(defaults.locale),
        currency=defaults.currency,
        zone=defaults.timezone,
        topics={name: _topic(settings, name, item) for name, item in sorted(touchpoints)},
        units={
            (kind, row.id): _unit(row, hours.unit(kind, row.id))
            for kind, rows in sorted(tables.units.items())
            for row in sorted(rows, key=lambda row: row.id)
        },
        regions=_regions(settings, hours),
        receivers={
            name: tuple(Reach(reach.channel, reach.settings()) for reach in reaches)
            for name, reaches in sorted(configuration.receivers.items())
        },
        root=_root(settings),
        hours=hours.company(),
        calendars=hours.calendars(),
        taken_for=configuration.acknowledge.expires if configuration.acknowledge else None,
        windows=hours.windows(),
        heartbeat=_heartbeat(settings),
        wordings=wordings(settings),
        worth=None if configuration.value is None else configuration.value.worth(),
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
        promise=touchpoint.promise.text(tongue_of(settings.configuration.defaults.locale)),
        objective=touchpoint.objective[0] if touchpoint.objective else 0,
        owner=touchpoint.owner,
        unit_kind=touchpoint.unit.kind,
        do_now=touchpoint.do_now,
        upstream=touchpoint.upstream,
        runbook=touchpoint.runbook,
        case_url=touchpoint.case_url,
        intention=stage.intention,
        dashboard=touchpoint.dashboard,
        feeds=_feeds(settings, touchpoint),
        promise_ms=_length_ms(touchpoint),
    )


def _length_ms(touchpoint: Touchpoint) -> int:
    """Return the length of a promise that is the same for everyone and counts no days."""
    promise = touchpoint.promise
    span = promise.span if isinstance(promise, SpanPromise) else None
    return 0 if span is None or span.kind == "open_days" else span.amount


def _feeds(settings: Settings, touchpoint: Touchpoint) -> tuple[str, ...]:
    """Return the sources whose silence would look like this touchpoint's neglect."""
    configuration = settings.configuration
    answering = answering_sources(configuration, touchpoint)
    return tuple(dict.fromkeys((*answering, *reading_sources(configuration, touchpoint))))


def _unit(row: UnitRow, hours: Hours) -> Place:
    return Place(row.id, row.name, row.region, row.timezone, row.addresses, hours)


def _regions(settings: Settings, hours: DeskHours) -> dict[str, Place]:
    zones: dict[str, set[str]] = {}
    for rows in settings.tables.units.values():
        _collect(zones, rows)
    return {
        name: _region(settings, row, zones.get(name, set()), hours.region(name))
        for name, row in sorted(settings.tables.regions.items())
    }


def _collect(zones: dict[str, set[str]], rows: Iterable[UnitRow]) -> None:
    for row in rows:
        zones.setdefault(row.region, set()).add(row.timezone)


def _region(settings: Settings, row: RegionRow, zones: set[str], hours: Hours) -> Place:
    """Return a region in the zone that its units share, else in the company's."""
    zone = next(iter(zones)) if len(zones) == 1 else settings.configuration.defaults.timezone
    return Place(row.id, row.name, row.id, zone, row.addresses, hours)


def _root(settings: Settings) -> DirectoryRoute:
    """Return the tree; what the root leaves out has its default there."""
    configuration = settings.configuration
    root = _route(configuration.routes)
    return replace(
        root,
        wait_ms=WAIT_MS if root.wait_ms is None else root.wait_ms,
        interval_ms=INTERVAL_MS if root.interval_ms is None else root.interval_ms,
        deliver=root.deliver or "always",
        escalation=_calls(configuration.escalation) if root.escalation is None else root.escalation,
    )


def _route(route: Root | Route) -> DirectoryRoute:
    match = route.match if isinstance(route, Route) else {}
    return DirectoryRoute(
        match={str(name): value for name, value in sorted(match.items())},
        receiver=route.receiver or "",
        group_by=tuple(route.group_by),
        routes=tuple(_route(child) for child in route.routes),
        wait_ms=route.group_wait,
        interval_ms=route.group_interval,
        repeat=route.repeat,
        deliver=route.hours,
        escalation=None if route.escalation is None else _calls(route.escalation),
    )


def _heartbeat(settings: Settings) -> Heartbeat | None:
    written = settings.configuration.heartbeat
    return None if written is None else Heartbeat(written.to, written.every)


def _calls(steps: Iterable[Step]) -> tuple[Call, ...]:
    return tuple(Call(step.after, step.notify, step.unless == "acknowledged") for step in steps)

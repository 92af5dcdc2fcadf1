"""From settings to what the engine and the desk work with: plain, sorted, the same every time."""

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.directory import Directory
from service.engine.plan import Exclusion, Plan, Stock
from service.settings.block import data_path
from service.settings.compile_calendars import compile_calendars
from service.settings.compile_directory import compile_directory
from service.settings.compile_sources import compile_sources, delivered, needed_fields
from service.settings.compile_told import answer_types, told_fields
from service.settings.compile_touchpoints import compile_touchpoints
from service.settings.compile_zones import compile_zones
from service.settings.configuration import Retain
from service.settings.exclusion import Exclusion as WrittenExclusion
from service.settings.promise import DatePromise
from service.settings.settings import Settings
from service.settings.survey import Survey


@dataclass(frozen=True, slots=True)
class Compiled:
    """Hold both halves of a compiled configuration, and what neither the engine nor the desk reads."""

    plan: Plan
    directory: Directory
    warnings: tuple[str, ...]
    retain: Retain
    surveys: tuple[Survey, ...] = ()


def compile_settings(settings: Settings, number: int = 1) -> Compiled:
    """Return the plan, under its number, and the directory that the settings describe."""
    configuration = settings.configuration
    calendars, units = compile_calendars(settings)
    plan = Plan(
        number=number,
        sources=compile_sources(configuration),
        delivers=delivered(configuration),
        fields=needed_fields(configuration),
        zones=compile_zones(_zones(settings)),
        calendars=calendars,
        units=units,
        touchpoints=compile_touchpoints(settings),
        zone=configuration.defaults.timezone,
        stocks={
            name: Stock(stock.event, data_path(stock.value), stock.per, stock.trust_for)
            for name, stock in sorted(configuration.stocks.items())
        },
        exclusions=tuple(_exclusion(item) for item in configuration.exclusions),
        shards=configuration.shards,
        told=tuple(sorted(told_fields(configuration))),
        answers=answer_types(configuration),
    )
    directory = compile_directory(settings, plan)
    return Compiled(plan, directory, settings.warnings, configuration.retain, configuration.surveys)


def _exclusion(written: WrittenExclusion) -> Exclusion:
    days = (written.name, written.first_day, written.last_day, written.why)
    return Exclusion(*days, written.touchpoints or (), written.regions or (), written.units or ())


def _zones(settings: Settings) -> Iterator[str]:
    yield settings.configuration.defaults.timezone
    yield from (mute.timezone for mute in settings.configuration.mutes if mute.timezone)
    yield from (s.timezone for s in settings.configuration.sources.values() if s.timezone)
    for rows in settings.tables.units.values():
        yield from (row.timezone for row in rows)
    for touchpoint in settings.configuration.touchpoints.values():
        promise = touchpoint.promise
        if isinstance(promise, DatePromise) and promise.timezone:
            yield promise.timezone

"""Touchpoints for the plan: patterns, promises and rules without anything left to look up."""

from collections.abc import Mapping
from typing import Literal

from service.engine.plan import Good, Pattern, Span, Touchpoint
from service.engine.plan import Promise as PlannedPromise
from service.settings.block import data_path
from service.settings.compile_rules import compile_rules
from service.settings.compile_sources import (
    answering_sources,
    opening_sources,
    promise_field,
    reading_sources,
)
from service.settings.measure import EventGood, EventPattern, Ratio, StockGood, ValueGood
from service.settings.promise import AtOnce, DatePromise, LevelPromise, SpanPromise
from service.settings.settings import Settings
from service.settings.touchpoint import Touchpoint as WrittenTouchpoint

Clock = Literal["unit", "customer"]


def compile_touchpoints(settings: Settings) -> dict[str, Touchpoint]:
    """Return every touchpoint by its id."""
    touchpoints = settings.configuration.touchpoints.items()
    return {name: _touchpoint(settings, name, item) for name, item in sorted(touchpoints)}


def _touchpoint(settings: Settings, name: str, written: WrittenTouchpoint) -> Touchpoint:
    if isinstance(written.measure, Ratio):
        return _ratio(settings, name, written, written.measure)
    measure, pause = written.measure, written.measure.pause
    lengths = settings.tables.promises.get(name, {})
    return Touchpoint(
        id=name,
        unit_kind=written.unit.kind,
        unit=written.unit.id,
        case=written.case,
        shard=written.shard or settings.configuration.shards[0],
        clock=_clock(written, lengths),
        start=_patterns(measure.start),
        stop=_patterns(measure.stop),
        cancel=_patterns(measure.cancel),
        pause=_patterns(pause.start if pause else ()),
        pause_until=data_path(pause.until or "") if pause else "",
        resume=_patterns(pause.stop if pause else ()),
        restart=_patterns(measure.restart),
        broken_by=_patterns(measure.broken_by),
        promise=_promise(written, lengths),
        rules=compile_rules(written),
        opening=opening_sources(settings.configuration, written),
        answering=answering_sources(settings.configuration, written),
    )


def _ratio(settings: Settings, name: str, written: WrittenTouchpoint, measure: Ratio) -> Touchpoint:
    """Return a touchpoint whose cases are scored the moment they start."""
    return Touchpoint(
        id=name,
        unit_kind=written.unit.kind,
        unit=written.unit.id,
        case=written.case,
        shard=written.shard or settings.configuration.shards[0],
        clock="customer",
        start=_patterns(measure.count),
        stop=(),
        cancel=(),
        pause=(),
        pause_until="",
        resume=(),
        restart=(),
        broken_by=(),
        promise=PlannedPromise("at_once"),
        rules=compile_rules(written),
        opening=opening_sources(settings.configuration, written),
        answering=(),
        reading=reading_sources(settings.configuration, written),
        good=_good(measure.good),
    )


def _good(good: StockGood | ValueGood | EventGood) -> Good:
    if isinstance(good, StockGood):
        return Good(stock=good.stock, key=good.key, at_least=good.at_least)
    if isinstance(good, ValueGood):
        path = data_path(good.value)
        return Good(value=path, at_least=good.at_least, at_most=good.at_most)
    return Good(events=_patterns(good.events))


def _patterns(written: tuple[EventPattern, ...]) -> tuple[Pattern, ...]:
    return tuple(Pattern(pattern.event, pattern.where, pattern.match) for pattern in written)


def _clock(written: WrittenTouchpoint, lengths: Mapping[str, Span]) -> Clock:
    """Return the written clock, else the one on which the promise counts, also by unit."""
    counts_open = any(span.kind != "elapsed" for span in lengths.values())
    return "unit" if counts_open and not written.measure.clock else written.clock


def _promise(written: WrittenTouchpoint, lengths: Mapping[str, Span]) -> PlannedPromise:
    promise = written.promise
    field = promise_field(written)
    if isinstance(promise, SpanPromise):
        return PlannedPromise("span", span=promise.span)
    if isinstance(promise, LevelPromise):
        choices = dict(sorted(promise.choices.items()))
        return PlannedPromise("by_level", promise.otherwise, field, choices=choices)
    if isinstance(promise, DatePromise):
        return _date(promise, field)
    if isinstance(promise, AtOnce):
        return PlannedPromise("at_once")
    return PlannedPromise("by_unit", promise.default, choices=dict(sorted(lengths.items())))


def _date(promise: DatePromise, field: str) -> PlannedPromise:
    return PlannedPromise(
        "until",
        field=field,
        end_of_day=promise.end_of == "day",
        zone=promise.timezone or "",
        grace_ms=promise.grace,
        fallback=promise.otherwise,
        take=promise.take or "",
    )

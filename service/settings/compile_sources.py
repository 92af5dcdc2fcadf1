"""Sources for the plan, and which of them could begin or end the cases of a touchpoint."""

from collections.abc import Iterable, Iterator
from typing import Any

from service.engine.plan import Source
from service.engine.where import fields as where_fields
from service.settings.block import DATA, data_path
from service.settings.compile_told import told_fields
from service.settings.configuration import Configuration
from service.settings.measure import EventGood, EventPattern, Ratio, StockGood, ValueGood
from service.settings.promise import DatePromise, LevelPromise
from service.settings.rule import FloorRule
from service.settings.source import Constant
from service.settings.source import Source as WrittenSource
from service.settings.touchpoint import Touchpoint

BEATS_BELIEVED, BEATS_SILENT = 2, 4


def compile_sources(configuration: Configuration) -> dict[str, Source]:
    """Return the sources as the intake reads them."""
    return {name: _source(source) for name, source in sorted(configuration.sources.items())}


def delivered(configuration: Configuration) -> dict[str, tuple[str, ...]]:
    """Return the types of event that each source delivers."""
    sources = configuration.sources.items()
    return {name: tuple(sorted(set(source.spoken))) for name, source in sorted(sources)}


def topic_sources(configuration: Configuration) -> dict[str, str]:
    """Return which source each topic brings, empty where an event itself says it."""
    found: dict[str, str] = {}
    for name, source in configuration.sources.items():
        if source.kafka:
            found[source.kafka.topic] = "" if source.kafka.topic in found else name
    return found


def opening_sources(configuration: Configuration, touchpoint: Touchpoint) -> tuple[str, ...]:
    """Return the sources that can begin a case."""
    measure = touchpoint.measure
    starts = measure.count if isinstance(measure, Ratio) else measure.start
    return _delivering(configuration, starts)


def answering_sources(configuration: Configuration, touchpoint: Touchpoint) -> tuple[str, ...]:
    """Return the sources whose silence would look like nobody answering."""
    if isinstance(touchpoint.measure, Ratio):
        return ()
    named = touchpoint.measure.named().items()
    return _delivering(
        configuration, [item for keys, patterns in named if keys != ("start",) for item in patterns]
    )


def reading_sources(configuration: Configuration, touchpoint: Touchpoint) -> tuple[str, ...]:
    """Return the sources that read the stocks of a touchpoint."""
    names = {rule.stock for rule in touchpoint.rules if isinstance(rule, FloorRule)}
    if isinstance(touchpoint.measure, Ratio) and touchpoint.measure.stock:
        names.add(touchpoint.measure.stock.stock)
    events = {configuration.stocks[name].event for name in names if name in configuration.stocks}
    sources = configuration.sources.items()
    return tuple(sorted(name for name, source in sources if events & set(source.delivers)))


def needed_fields(configuration: Configuration) -> dict[str, tuple[str, ...]]:
    """Return for each type of event the paths of `data` that the plan asks for."""
    needed: dict[str, set[str]] = {}
    for touchpoint in configuration.touchpoints.values():
        for keys, patterns in touchpoint.measure.named().items():
            for pattern in patterns:
                paths = set(_paths(touchpoint, keys, pattern))
                needed.setdefault(pattern.event, set()).update(paths)
    for stock in configuration.stocks.values():
        paths = {data_path(name) for name in (stock.value, *stock.per) if name.startswith(DATA)}
        needed.setdefault(stock.event, set()).update(paths)
    for event, paths in told_fields(configuration).items():
        needed.setdefault(event, set()).update(paths)
    return {event: tuple(sorted(paths)) for event, paths in sorted(needed.items())}


def promise_field(touchpoint: Touchpoint) -> str:
    """Return the path that the promise reads from the event, empty where it reads none."""
    promise = touchpoint.promise
    if isinstance(promise, DatePromise):
        return data_path(promise.until)
    return data_path(promise.by) if isinstance(promise, LevelPromise) else ""


def _source(source: WrittenSource) -> Source:
    pairs = sorted((source.map or {}).items())
    return Source(
        wait_ms=source.wait,
        correct_for_ms=source.correct_for,
        format=source.format,
        names=source.names,
        map={target: origin for target, origin in pairs if isinstance(origin, str)},
        constants={name: origin.const for name, origin in pairs if isinstance(origin, Constant)},
        provenance=source.provenance or "",
        zone=source.timezone or "",
        epoch=source.epoch or "",
        topic=source.kafka.topic if source.kafka else "",
        **_quiet(source),
    )


def _quiet(source: WrittenSource) -> dict[str, Any]:
    """Return when quiet is silence; a heartbeat that fails four times running is."""
    beat, silent = source.heartbeat, source.silent
    every = beat.every if beat else 0
    after = silent.after if silent.after is not None or not beat else BEATS_SILENT * every
    believed = silent.believe_quiet
    return {
        "heartbeat": beat.event if beat else "",
        "heartbeat_ms": every,
        "silent_after_ms": after,
        "believe_quiet_ms": BEATS_BELIEVED * every if beat and believed is None else believed,
        "after_silence": silent.after_silence or "",
        "catch_up_ms": silent.catch_up,
    }


def _delivering(configuration: Configuration, patterns: Iterable[EventPattern]) -> tuple[str, ...]:
    events = {pattern.event for pattern in patterns}
    sources = configuration.sources.items()
    return tuple(sorted(name for name, source in sources if events & set(source.delivers)))


def _paths(touchpoint: Touchpoint, keys: tuple[str, ...], pattern: EventPattern) -> Iterator[str]:
    """Yield what one event must carry inside; only a start must name its unit."""
    yield from where_fields(pattern.where)
    measure = touchpoint.measure
    named = [touchpoint.case, *pattern.match]
    if keys in (("start",), ("count",)) or "unit" in pattern.match:
        named.append(touchpoint.unit.id)
    if isinstance(measure, Ratio):
        named += _good_fields(measure.good)
    elif keys == ("pause", "start") and measure.pause:
        named.append(measure.pause.until or "")
    yield from (data_path(name) for name in named if name.startswith(DATA))
    if keys in (("start",), ("restart",)) and promise_field(touchpoint):
        yield promise_field(touchpoint)


def _good_fields(good: StockGood | ValueGood | EventGood) -> tuple[str, ...]:
    if isinstance(good, StockGood):
        return good.key
    return (good.value,) if isinstance(good, ValueGood) else ()

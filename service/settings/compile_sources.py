"""Sources for the plan, and which of them could begin or end the cases of a touchpoint."""

from collections.abc import Iterable, Iterator

from service.engine.plan import Source
from service.engine.where import fields as where_fields
from service.settings.block import DATA, data_path
from service.settings.configuration import Configuration
from service.settings.measure import EventPattern
from service.settings.promise import DatePromise, LevelPromise
from service.settings.source import Constant
from service.settings.source import Source as WrittenSource
from service.settings.touchpoint import Touchpoint


def compile_sources(configuration: Configuration) -> dict[str, Source]:
    """Return the sources as the intake reads them."""
    return {name: _source(source) for name, source in sorted(configuration.sources.items())}


def delivered(configuration: Configuration) -> dict[str, tuple[str, ...]]:
    """Return the types of event that each source delivers."""
    sources = configuration.sources.items()
    return {name: tuple(sorted(set(source.delivers))) for name, source in sorted(sources)}


def opening_sources(configuration: Configuration, touchpoint: Touchpoint) -> tuple[str, ...]:
    """Return the sources that can begin a case."""
    return _delivering(configuration, touchpoint.measure.start)


def answering_sources(configuration: Configuration, touchpoint: Touchpoint) -> tuple[str, ...]:
    """Return the sources whose silence would look like nobody answering."""
    named = touchpoint.measure.named().items()
    return _delivering(
        configuration, [item for keys, patterns in named if keys != ("start",) for item in patterns]
    )


def needed_fields(configuration: Configuration) -> dict[str, tuple[str, ...]]:
    """Return for each type of event the paths of `data` that the plan asks for."""
    needed: dict[str, set[str]] = {}
    for touchpoint in configuration.touchpoints.values():
        for keys, patterns in touchpoint.measure.named().items():
            for pattern in patterns:
                paths = set(_paths(touchpoint, keys, pattern))
                needed.setdefault(pattern.event, set()).update(paths)
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
    )


def _delivering(configuration: Configuration, patterns: Iterable[EventPattern]) -> tuple[str, ...]:
    events = {pattern.event for pattern in patterns}
    sources = configuration.sources.items()
    return tuple(sorted(name for name, source in sources if events & set(source.delivers)))


def _paths(touchpoint: Touchpoint, keys: tuple[str, ...], pattern: EventPattern) -> Iterator[str]:
    """Yield what one event must carry inside; only a start must name its unit."""
    yield from where_fields(pattern.where)
    named = [touchpoint.case, *pattern.match]
    if keys == ("start",) or "unit" in pattern.match:
        named.append(touchpoint.unit.id)
    if keys == ("pause", "start") and touchpoint.measure.pause:
        named.append(touchpoint.measure.pause.until or "")
    yield from (data_path(name) for name in named if name.startswith(DATA))
    if keys in (("start",), ("restart",)) and promise_field(touchpoint):
        yield promise_field(touchpoint)

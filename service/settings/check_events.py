"""Whether every event that a touchpoint listens to is delivered by a source."""

from collections.abc import Iterator

from service.settings.explanation import did_you_mean
from service.settings.measure import EventPattern
from service.settings.settings import Settings
from service.settings.source import Constant

Path = tuple[str | int, ...]


def event_problems(settings: Settings) -> Iterator[str]:
    """Yield each event that nobody delivers, and each name that means two sources."""
    delivered = {
        event for source in settings.configuration.sources.values() for event in source.spoken
    }
    for path, pattern in _listened(settings):
        if pattern.event not in delivered:
            hint = did_you_mean(pattern.event, delivered)
            yield f'{settings.at(*path)}: no source delivers "{pattern.event}"; {hint}'
    for name, stock in settings.configuration.stocks.items():
        if stock.event not in delivered:
            hint = did_you_mean(stock.event, delivered)
            at = settings.at("stocks", name, "event")
            yield f'{at}: no source delivers "{stock.event}"; {hint}'
    yield from _names_taken(settings)
    yield from _constant_types(settings)
    yield from _topics_shared(settings)


def _listened(settings: Settings) -> Iterator[tuple[Path, EventPattern]]:
    for name, touchpoint in settings.configuration.touchpoints.items():
        below: Path = ("touchpoints", name)
        for keys, patterns in touchpoint.measure.named().items():
            for position, pattern in enumerate(patterns):
                yield (*below, "measure", *keys, position, "event"), pattern
        for key in ("informed", "expedited"):
            for position, pattern in enumerate(getattr(touchpoint, key)):
                yield (*below, key, position, "event"), pattern


def _names_taken(settings: Settings) -> Iterator[str]:
    sources = settings.configuration.sources
    taken = {name: name for name in sources}
    for name, source in sources.items():
        for position, other in enumerate(source.names):
            if taken.setdefault(other, name) != name:
                at = settings.at("sources", name, "is", position)
                yield f'{at}: "{other}" already means the source "{taken[other]}"'


def _constant_types(settings: Settings) -> Iterator[str]:
    """Yield each source whose rows all have a type that it does not deliver."""
    for name, source in settings.configuration.sources.items():
        kind = (source.map or {}).get("type")
        if isinstance(kind, Constant) and kind.const not in source.spoken:
            at = settings.at("sources", name, "map", "type")
            hint = did_you_mean(str(kind.const), source.delivers)
            yield f'{at}: the source "{name}" does not deliver "{kind.const}"; {hint}'


def _topics_shared(settings: Settings) -> Iterator[str]:
    """Yield each source that shares a topic although a row in it does not say whose it is."""
    named = settings.configuration.sources
    topics: dict[str, list[str]] = {}
    for name, source in named.items():
        if source.kafka:
            topics.setdefault(source.kafka.topic, []).append(name)
    for topic, names in topics.items():
        for name in names if len(names) > 1 else ():
            if named[name].format != "cloudevents":
                at = settings.at("sources", name, "kafka", "topic")
                others = ", ".join(f'"{other}"' for other in names if other != name)
                yield (
                    f'{at}: the topic "{topic}" brings {others} too, and a row does not say '
                    "whose it is; give each its own topic"
                )

"""Whether exclusions name places and touchpoints that exist, each name once."""

from collections.abc import Collection, Iterator

from service.settings.explanation import did_you_mean
from service.settings.settings import Settings


def exclusion_problems(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with the exclusions."""
    known: dict[str, Collection[str]] = {
        "touchpoints": settings.configuration.touchpoints,
        "regions": settings.tables.regions,
        "units": {row.id for rows in settings.tables.units.values() for row in rows},
    }
    names = [exclusion.name for exclusion in settings.configuration.exclusions]
    for position, exclusion in enumerate(settings.configuration.exclusions):
        first = names.index(exclusion.name)
        if first < position:
            here, there = (settings.at("exclusions", i, "name") for i in (position, first))
            yield f'{here}: "{exclusion.name}" stands twice, first at {there}'
        for kind, there_are in known.items():
            for i, name in enumerate(getattr(exclusion, kind) or ()):
                if name not in there_are:
                    at = settings.at("exclusions", position, kind, i)
                    hint = did_you_mean(name, there_are)
                    yield f'{at}: no {kind.removesuffix("s")} "{name}"; {hint}'

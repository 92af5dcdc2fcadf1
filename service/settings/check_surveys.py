"""Whether surveys name what exists, and whether they stay out of every measure."""

from collections.abc import Iterator

from service.settings.explanation import did_you_mean
from service.settings.settings import Settings


def survey_problems(settings: Settings) -> Iterator[str]:
    """Yield each survey whose event nobody delivers, or that a touchpoint would listen to."""
    configuration = settings.configuration
    delivered = {event for source in configuration.sources.values() for event in source.spoken}
    heard = heard_by(settings)
    for position, survey in enumerate(configuration.surveys):
        at = settings.at("surveys", position, "event")
        if survey.event not in delivered:
            hint = did_you_mean(survey.event, delivered)
            yield f'{at}: no source delivers "{survey.event}"; {hint}'
        if survey.event in heard:
            yield (
                f'{at}: the touchpoint "{heard[survey.event]}" listens to "{survey.event}"; '
                "a survey never begins or ends a case"
            )
        yield from _touchpoint_problems(settings, position, survey.touchpoints)


def _touchpoint_problems(
    settings: Settings, position: int, names: tuple[str, ...]
) -> Iterator[str]:
    known = settings.configuration.touchpoints
    for place, name in enumerate(names):
        at = settings.at("surveys", position, "touchpoints", place)
        if name not in known:
            yield f'{at}: no touchpoint "{name}"; {did_you_mean(name, known)}'
        elif name in names[:place]:
            yield f'{at}: "{name}" stands twice; an answer is filed once'


def heard_by(settings: Settings) -> dict[str, str]:
    """Return by event the touchpoint whose measure listens to it."""
    return {
        pattern.event: name
        for name, touchpoint in settings.configuration.touchpoints.items()
        for patterns in touchpoint.measure.named().values()
        for pattern in patterns
    }

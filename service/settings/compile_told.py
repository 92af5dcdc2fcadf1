"""What the plan puts out for reports alone: types of event, and the fields that are read from them."""

from collections.abc import Iterator

from service.engine.where import fields as where_fields
from service.settings.block import data_path
from service.settings.configuration import Configuration
from service.settings.measure import EventPattern


def told_fields(configuration: Configuration) -> dict[str, set[str]]:
    """Return for each type of event that reports read the paths of `data` that they read."""
    found: dict[str, set[str]] = {}
    for event, fields in _read(configuration):
        found.setdefault(event, set()).update(data_path(field) for field in fields)
    for touchpoint in configuration.touchpoints.values():
        for pattern in (*touchpoint.informed, *touchpoint.expedited):
            found.setdefault(pattern.event, set()).update(_asked(pattern))
    return found


def answer_types(configuration: Configuration) -> tuple[str, ...]:
    """Return the types of event by which somebody answers, for counting those entered late."""
    found = {
        pattern.event
        for touchpoint in configuration.touchpoints.values()
        for keys, patterns in touchpoint.measure.named().items()
        if keys == ("stop",)
        for pattern in patterns
    }
    return tuple(sorted(found))


def _read(configuration: Configuration) -> Iterator[tuple[str, set[str]]]:
    if configuration.customers:
        yield from configuration.customers.fields().items()
    if configuration.feedback:
        yield configuration.feedback.event, configuration.feedback.fields()
    for survey in configuration.surveys:
        yield survey.event, {survey.score}


def _asked(pattern: EventPattern) -> set[str]:
    return where_fields(pattern.where)

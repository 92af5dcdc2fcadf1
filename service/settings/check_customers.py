"""Whether customers and feedback name what exists, and whether feedback stays out of every measure."""

from collections.abc import Iterator

from service.engine.plan import Span
from service.settings.check_surveys import heard_by
from service.settings.explanation import did_you_mean
from service.settings.length import UNIT_MS, span_text
from service.settings.settings import Settings

WEEK_MS = 7 * UNIT_MS["d"]


def customer_problems(settings: Settings) -> Iterator[str]:
    """Yield each event that nobody delivers, and quiet that would outlast what is kept."""
    customers = settings.configuration.customers
    if customers is None:
        return
    for path, event in customers.events().items():
        yield from _delivered(settings, ("customers", *path), event)
    kept = settings.configuration.retain.outcomes
    for name, after in customers.lapsed_after.items():
        if after + WEEK_MS > kept:
            at = settings.at("customers", "lapsed_after", name)
            yield (
                f"{at}: what was heard is kept {span_text(Span('elapsed', kept))}, too short to see "
                "somebody lapse; raise `retain.outcomes` to a week more"
            )


def feedback_problems(settings: Settings) -> Iterator[str]:
    """Yield a message that nobody delivers or a touchpoint hears, and categories about nothing."""
    feedback = settings.configuration.feedback
    if feedback is None:
        return
    at = ("feedback", "event")
    yield from _delivered(settings, at, feedback.event)
    if touchpoint := heard_by(settings).get(feedback.event):
        yield (
            f'{settings.at(*at)}: the touchpoint "{touchpoint}" listens to "{feedback.event}"; '
            "what customers say never begins or ends a case"
        )
    known = settings.configuration.touchpoints
    for name, category in feedback.categories.items():
        if category.touchpoint and category.touchpoint not in known:
            place = settings.at("feedback", "categories", name, "touchpoint")
            hint = did_you_mean(category.touchpoint, known)
            yield f'{place}: no touchpoint "{category.touchpoint}"; {hint}'


def _delivered(settings: Settings, path: tuple[str | int, ...], event: str) -> Iterator[str]:
    delivered = {
        event for source in settings.configuration.sources.values() for event in source.spoken
    }
    if event not in delivered:
        hint = did_you_mean(event, delivered)
        yield f'{settings.at(*path)}: no source delivers "{event}"; {hint}'

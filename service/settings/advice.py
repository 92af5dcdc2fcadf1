"""What the loader warns about: allowed, and usually a mistake."""

from collections.abc import Iterator

from service.engine.plan import Span
from service.settings.check_routes import receiver_key, receivers_of
from service.settings.compile_sources import answering_sources
from service.settings.delivery import Root, Route
from service.settings.length import span_text
from service.settings.settings import Settings

PRIORITY_MAX = 15
DEPARTMENTS = frozenset(
    [
        "sales",
        "marketing",
        "service",
        "billing",
        "finance",
        "accounting",
        "it",
        "hr",
        "legal",
        "logistics",
        "purchasing",
        "procurement",
        "operations",
        "production",
        "warehouse",
        "shipping",
        "support",
        "controlling",
    ]
)


def warnings(settings: Settings) -> Iterator[str]:
    """Yield a line for everything that deserves a second look."""
    yield from _too_many_priorities(settings)
    yield from _departments(settings)
    yield from _short_promises(settings)
    yield from _single_channels(settings)


def _too_many_priorities(settings: Settings) -> Iterator[str]:
    names = [name for name, item in settings.configuration.touchpoints.items() if item.priority]
    if len(names) > PRIORITY_MAX:
        at = settings.key("touchpoints", names[PRIORITY_MAX])
        yield f"{at}: {len(names)} priority touchpoints; more than {PRIORITY_MAX} are none"


def _departments(settings: Settings) -> Iterator[str]:
    for name, journey in settings.configuration.journeys.items():
        for position, stage in enumerate(journey.stages):
            words = {stage.id.lower(), stage.title.lower().removesuffix(" department")}
            if words & DEPARTMENTS:
                at = settings.at("journeys", name, "stages", position)
                yield f'{at}: the stage "{stage.title}" is a department; say what the customer wants'


def _short_promises(settings: Settings) -> Iterator[str]:
    sources = settings.configuration.sources
    for name, touchpoint in settings.configuration.touchpoints.items():
        spans = [*touchpoint.promise.spans(), *settings.tables.promises.get(name, {}).values()]
        lengths = [span.amount for span in spans if span.kind != "open_days"]
        for source in answering_sources(settings.configuration, touchpoint):
            wait = sources[source].wait
            if lengths and min(lengths) < wait:
                at = settings.at("touchpoints", name, "promise")
                yield (
                    f"{at}: the promise is shorter than the source {source} may be late "
                    f"({span_text(Span('elapsed', wait))}); every alert comes after that"
                )


def _single_channels(settings: Settings) -> Iterator[str]:
    names = dict.fromkeys(_reached(settings, settings.configuration.routes, "{owner}"))
    keys = dict.fromkeys(receiver_key(settings, name) for name in names)
    for key in filter(None, keys):
        if len({reach.channel for reach in settings.configuration.receivers[key]}) == 1:
            at = settings.key("receivers", key)
            yield f'{at}: the receiver "{key}" has one channel only; if it fails, nobody hears'


def _reached(settings: Settings, route: Root | Route, inherited: str) -> Iterator[str]:
    receiver = route.receiver or inherited
    yield from receivers_of(settings, receiver)
    for child in route.routes:
        yield from _reached(settings, child, receiver)

"""The web application: the door for events, health, metrics, the desk's interface and its pages.

`/live` only says that the program turns; `/ready` fails when nothing can become durable any more.
These two anybody may ask, all else needs a scope.  The framework is Starlette rather than the one
inside the stream library, because this must run without the other.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version

from anyio import move_on_after, to_thread
from prometheus_client import CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from alerts.secret import Secret
from service.board.access import ADMIN, READ, SEND, Access, guarded
from service.board.alert_pages import alert_routes
from service.board.answers import link_routes, slack_routes
from service.board.desk_api import operations
from service.board.digest_pages import digest_routes
from service.board.measures import Measures
from service.board.office import Office
from service.board.openapi import document
from service.board.pages import LOGIN, page_routes
from service.board.unit_measures import UnitMeasures
from service.errors import ErosionError
from service.metrics import exposition

EVENTS = "/v1/events"
METRICS = "text/plain; version=0.0.4; charset=utf-8"
# Half of what Prometheus waits for.
STORE_S = 5.0


@dataclass(frozen=True, slots=True)
class People:
    """Hold what is there for people: the office, and the secrets by which mails and Slack answer."""

    office: Office
    link_key: Secret | None = None
    slack_key: Secret | None = None
    is_secure: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """Say how the process does: `ready` what is wrong, `still` for how long too long it stood."""

    ready: Callable[[], str]
    still: Callable[[], int] = field(default=lambda: 0)


def make_app(
    access: Access, health: Health, doors: Sequence[Route] = (), people: People | None = None
) -> Starlette:
    """Return the application of a process; without `people` it has no desk to show."""
    routes = [*_health_routes(health), *(_guarded_door(access, door) for door in doors)]
    routes += _metric_routes(access, people)
    if people is not None:
        routes += _desk_routes(access, people)
    return Starlette(routes=routes)


def _health_routes(health: Health) -> Iterable[Route]:
    def live(_: Request) -> Response:
        if seconds := health.still():
            return PlainTextResponse(f"stood still for {seconds} s\n", status_code=503)
        return PlainTextResponse("turning\n")

    def readiness(_: Request) -> Response:
        wrong = health.ready()
        return PlainTextResponse((wrong or "ready") + "\n", status_code=503 if wrong else 200)

    return Route("/live", live), Route("/ready", readiness)


def _metric_routes(access: Access, people: People | None) -> list[Route]:
    """Return what Prometheus scrapes; only a process with a desk knows people and units."""
    stored, units = CollectorRegistry(), CollectorRegistry()
    if people is not None:
        stored.register(Measures(people.office))
        units.register(UnitMeasures(people.office))

    async def all_of_it(_: Request) -> Response:
        told = b""
        # What the process knows of itself is wanted most when the store is away, or hangs.
        with suppress(ErosionError), move_on_after(STORE_S):
            told = await to_thread.run_sync(generate_latest, stored, abandon_on_cancel=True)
        return Response(exposition() + told, media_type=METRICS)

    async def by_unit(_: Request) -> Response:
        return Response(await run_in_threadpool(generate_latest, units), media_type=METRICS)

    return [
        Route("/metrics", guarded(access, READ, all_of_it)),
        Route("/metrics/units", guarded(access, READ, by_unit)),
    ]


def _guarded_door(access: Access, door: Route) -> Route:
    scope = SEND if door.path.startswith(EVENTS) else ADMIN
    methods = sorted((door.methods or set()) - {"HEAD"})
    return Route(door.path, guarded(access, scope, door.endpoint), methods=methods)


def _desk_routes(access: Access, people: People) -> list[Route]:
    work = operations(people.office)
    told = document(work, version("revenue-erosion-alerts"))

    async def openapi(_: Request) -> Response:
        return JSONResponse(told)

    return [
        *(operation.route(access) for operation in work),
        Route("/openapi.json", guarded(access, READ, openapi)),
        *page_routes(people.office, access, is_secure=people.is_secure),
        *digest_routes(people.office, access, LOGIN),
        *alert_routes(people.office, access, LOGIN),
        *link_routes(people.office, people.link_key),
        *slack_routes(people.office, people.slack_key),
    ]

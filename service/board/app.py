"""The web application: the door for events, health, metrics, and the call-back list.

`/live` only says that the program turns; `/ready` fails when nothing can become durable any more.
The framework is Starlette rather than the one inside the stream library, because this must run
without the other.
"""

from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from service.metrics import exposition

Rows = Sequence[Mapping[str, object]]


def make_app(
    doors: Sequence[Route],
    ready: Callable[[], str],
    alerts: Callable[[], Rows],
    waiting: Callable[[], Rows],
    still: Callable[[], int] = lambda: 0,
) -> Starlette:
    """Return the application; `ready` returns what is wrong, empty when all is well.

    `still` returns for how many seconds too long the event loop has not turned.
    """

    def live(_: Request) -> Response:
        if seconds := still():
            return PlainTextResponse(f"stood still for {seconds} s\n", status_code=503)
        return PlainTextResponse("turning\n")

    def readiness(_: Request) -> Response:
        wrong = ready()
        return PlainTextResponse((wrong or "ready") + "\n", status_code=503 if wrong else 200)

    def metrics(_: Request) -> Response:
        return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    def list_alerts(_: Request) -> Response:
        return JSONResponse(list(alerts()))

    def list_waiting(_: Request) -> Response:
        return JSONResponse(list(waiting()))

    return Starlette(
        routes=[
            *doors,
            Route("/live", live),
            Route("/ready", readiness),
            Route("/metrics", metrics),
            Route("/v1/alerts", list_alerts),
            Route("/v1/waiting", list_waiting),
        ]
    )

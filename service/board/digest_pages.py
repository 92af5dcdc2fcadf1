"""The weekly pages as they were sent: a list of them, and each as it stands for ever."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from alerts.spans import clock
from service.board.access import READ, Access, guarded, refusal
from service.board.html import DIGESTS, HEADERS, inner
from service.board.office import Office

SHOWN_MAX = 500
# The page brings its own style and its pictures inside itself, and nothing else is loaded.
_WHOLE = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}


def digest_routes(office: Office, access: Access, login: str) -> list[Route]:
    """Return the routes of the weekly pages, behind the login."""

    async def listed(_: Request) -> Response:
        return await run_in_threadpool(_list, office)

    async def shown(request: Request) -> Response:
        sent = await run_in_threadpool(office.lookup.digest, request.path_params["week"])
        if sent is None:
            return refusal(404, "no page was sent for this week")
        return HTMLResponse(sent.body["html"], headers=HEADERS | _WHOLE)

    return [
        Route(DIGESTS, guarded(access, READ, listed, login=login)),
        Route(f"{DIGESTS}/{{week}}", guarded(access, READ, shown, login=login)),
    ]


def _list(office: Office) -> Response:
    tongue, directory, now = office.tongue, office.directory, office.now()
    zone = directory.zone if directory else "UTC"
    weeks: dict[str, list[str]] = {}
    first: dict[str, int] = {}
    for row in office.lookup.digests(SHOWN_MAX):
        weeks.setdefault(row["week"], []).append(row["receiver"])
        first.setdefault(row["week"], row["at"])
    rows = [
        {"week": week, "to": tongue.listed(to), "at": clock(first[week], now, zone, tongue)}
        for week, to in weeks.items()
    ]
    return inner(tongue, "digests.html", rows=rows)

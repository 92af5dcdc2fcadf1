"""The pages for people: a login, and the call-back list behind it."""

from contextlib import suppress
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from alerts.spans import span
from alerts.tongue import noted
from service.board.access import ACT, COOKIE, READ, SESSION_S, Access, guarded, is_ours, refusal
from service.board.desk_api import waiting_rows
from service.board.html import PAGES, WAITING, form_of, inner, page, style
from service.board.office import Office
from service.board.shapes import WaitingOut
from service.errors import NotFoundError

LOGIN = "/login"
SHOWN_MAX = 500
LOG_IN = noted("Log in")


def page_routes(office: Office, access: Access, *, is_secure: bool) -> list[Route]:
    """Return the routes of the pages; `is_secure` keeps the cookie off plain connections."""

    async def login(request: Request) -> Response:
        if request.method == "GET":
            to = _page_of(request.query_params.get("to", ""))
            return page(office.tongue, "login.html", LOG_IN, 200, wrong=False, to=to)
        if not is_ours(request):
            return refusal(403, "this came from another site")
        form = await form_of(request)
        to, person = _page_of(form.get("to", "")), access.of_token(form.get("token", "").strip())
        if person is None:
            return page(office.tongue, "login.html", LOG_IN, 401, wrong=True, to=to)
        return _begun(access.session(person), to, is_secure=is_secure)

    async def waiting(request: Request) -> Response:
        unit = request.query_params.get("unit", "")
        rows = await run_in_threadpool(waiting_rows, office, unit)
        return _waiting_page(office, rows)

    async def told(request: Request) -> Response:
        form, who = await form_of(request), request.state.person.name
        place = form.get("touchpoint", ""), form.get("case", "")
        # Who is off the list meanwhile is not there any more, which the page shows.
        with suppress(NotFoundError):
            await run_in_threadpool(office.tell, *place, who, "page")
        return RedirectResponse(WAITING, 303)

    return [
        Route("/style.css", style),
        Route(LOGIN, login, methods=["GET", "POST"]),
        Route(WAITING, guarded(access, READ, waiting, login=LOGIN)),
        Route(WAITING, guarded(access, ACT, told, login=LOGIN), methods=["POST"]),
    ]


def _begun(session: str, to: str, *, is_secure: bool) -> Response:
    """Lead somebody to a page with a session.

    The cookie is lax, so that a link of a dashboard or a mail opens as whoever follows it.
    """
    answer = RedirectResponse(to, 303)
    more = {"max_age": SESSION_S, "httponly": True, "secure": is_secure}
    answer.set_cookie(COOKIE, session, samesite="lax", **more)  # type: ignore[arg-type]
    return answer


def _page_of(wanted: str) -> str:
    """Return the page that somebody wanted, if it is one of ours, else the list."""
    path = urlsplit(wanted)
    mine = any(path.path == to or path.path.startswith(f"{to}/") for to, _ in PAGES.values())
    return wanted if mine and not path.netloc and not path.scheme else WAITING


def _waiting_page(office: Office, rows: list[WaitingOut]) -> Response:
    tongue, topics = office.tongue, office.directory.topics if office.directory else {}
    shown = [
        {
            **row.model_dump(),
            "title": topics[row.touchpoint].title if row.touchpoint in topics else row.touchpoint,
            "own": span(row.own_ms, tongue),
            "open": span(row.open_ms, tongue),
        }
        for row in rows[:SHOWN_MAX]
    ]
    people = tongue.count(
        "{n} person waits past a mark, the longest first. Call from the top.",
        "{n} people wait past a mark, the longest first. Call from the top.",
        len(rows),
    )
    return inner(tongue, "waiting.html", rows=shown, people=people)

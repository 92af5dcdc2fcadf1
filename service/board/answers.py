"""Answers that come from a mail or from Slack: signed instead of logged in.

A mail's link is opened by scanners too, so a GET shows what would be answered and only the button
there answers; a token is good once.  Slack signs its requests; what it tells is which button of
which message was tapped, and by whom.
"""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from alerts.action import Kind
from alerts.channels.slack_taps import BODY_BYTES_MAX, Seen, Tap, answer
from alerts.links import PATH, Claim, read
from alerts.secret import Secret
from alerts.tongue import noted
from alerts.words import ANSWERS
from service.board.access import is_ours, refusal
from service.board.body import body_of
from service.board.html import page
from service.board.office import Office

_GONE = noted("This link has been used or is too old. Answer with: erosion ack")
_DONE = noted("Thank you. It is noted, and the others will see it.")
_LATE, _NOTED = noted("Too late"), noted("Noted")


def link_routes(office: Office, key: Secret | None) -> list[Route]:
    """Return the route of the links in mails; none without the key that signs them."""

    async def by_link(request: Request) -> Response:
        token = request.path_params["token"]
        claim = read(key, token, office.now()) if key is not None else None
        if claim is None:
            return page(office.tongue, "answer.html", _LATE, 410, alerts=[], done=_GONE)
        subjects = await run_in_threadpool(_subjects, office, claim)
        if request.method == "GET":
            label, path = ANSWERS[claim.action], request.url.path
            shown: dict[str, Any] = {"alerts": subjects, "path": path, "done": ""}
            return page(office.tongue, "answer.html", label, **shown)
        if not is_ours(request):
            return refusal(403, "this came from another site")
        kind, who = Kind(claim.action), f"mail:{claim.receiver}"
        fresh = await run_in_threadpool(office.use_link, token, claim.key, kind, who)
        title, status, done = (_NOTED, 200, _DONE) if fresh else (_LATE, 410, _GONE)
        return page(office.tongue, "answer.html", title, status, alerts=subjects, done=done)

    return [Route(PATH + "{token}", by_link, methods=["GET", "POST"])] if key else []


def slack_routes(office: Office, secret: Secret | None) -> list[Route]:
    """Return the route of Slack's signed requests; none without the secret that checks them."""
    seen = Seen()

    async def on_tap(tap: Tap) -> None:
        await run_in_threadpool(tapped, office, tap)

    async def take(request: Request) -> Response:
        body = await body_of(request, BODY_BYTES_MAX)
        if body is None:
            return PlainTextResponse("too large", 413)
        headers = dict(request.headers)
        given = (body, headers, office.now())
        status, text = await answer(*given, secret, on_tap, seen) if secret else (404, "")
        return PlainTextResponse(text, status)

    return [Route("/slack/actions", take, methods=["POST"])] if secret else []


def tapped(office: Office, tap: Tap) -> None:
    """Keep the answer of a tap, durably."""
    office.answer_delivery(tap.key, Kind(tap.action), f"slack:{tap.who}", "slack")


def _subjects(office: Office, claim: Claim) -> list[str]:
    return [row["subject"] for row in office.lookup.messages(claim.key)]

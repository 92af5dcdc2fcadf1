"""Answers that come from a mail or from Slack: signed instead of logged in.

A mail's link is opened by scanners too, so a GET shows what would be answered and only the button
there answers; a token is good once.  Slack signs its requests; what it tells is which button of
which message was tapped, and by whom.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from alerts.action import Kind
from alerts.channels.slack_taps import BODY_BYTES_MAX, Seen, Tap, answer
from alerts.links import PATH, Claim, read
from alerts.secret import Secret
from service.board.access import is_ours, refusal
from service.board.html import page
from service.board.office import Office

LABELS = {"take": "I have it", "refuse": "Not real"}
_GONE = "This link has been used or is too old. Answer with: erosion ack"
_DONE = "Thank you. It is noted, and the others will see it."


def link_routes(office: Office, key: Secret | None) -> list[Route]:
    """Return the route of the links in mails; none without the key that signs them."""

    async def by_link(request: Request) -> Response:
        token = request.path_params["token"]
        claim = read(key, token, office.now()) if key is not None else None
        if claim is None:
            return page("answer.html", "Too late", 410, alerts=[], done=_GONE)
        subjects = await run_in_threadpool(_subjects, office, claim)
        if request.method == "GET":
            label, path = LABELS[claim.action], request.url.path
            return page("answer.html", label, alerts=subjects, done="", path=path, label=label)
        if not is_ours(request):
            return refusal(403, "this came from another site")
        kind, who = Kind(claim.action), f"mail:{claim.receiver}"
        fresh = await run_in_threadpool(office.use_link, token, claim.key, kind, who)
        done = _DONE if fresh else _GONE
        title = "Noted" if fresh else "Too late"
        return page("answer.html", title, 200 if fresh else 410, alerts=subjects, done=done)

    return [Route(PATH + "{token}", by_link, methods=["GET", "POST"])] if key else []


def slack_routes(office: Office, secret: Secret | None) -> list[Route]:
    """Return the route of Slack's signed requests; none without the secret that checks them."""
    seen = Seen()

    async def on_tap(tap: Tap) -> None:
        await run_in_threadpool(tapped, office, tap)

    async def take(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > BODY_BYTES_MAX:
                return PlainTextResponse("too large", 413)
        headers = dict(request.headers)
        given = (bytes(body), headers, office.now())
        status, text = await answer(*given, secret, on_tap, seen) if secret else (404, "")
        return PlainTextResponse(text, status)

    return [Route("/slack/actions", take, methods=["POST"])] if secret else []


def tapped(office: Office, tap: Tap) -> None:
    """Keep the answer of a tap, durably."""
    office.answer_delivery(tap.key, Kind(tap.action), f"slack:{tap.who}", "slack")


def _subjects(office: Office, claim: Claim) -> list[str]:
    return [row["subject"] for row in office.lookup.messages(claim.key)]

"""The door over HTTP: CloudEvents JSON, single, batch or binary, lines of either, and CSV.

`202` means durable: the answer waits for the commit.  An event that is turned away stands in the
quarantine with its reason, and the answer names it by its place; its neighbours are taken.  What
is wrong with the request as a whole is answered with a status and one line, and nothing is kept.
"""

from asyncio import wrap_future
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from io import BytesIO
from itertools import islice
from math import ceil

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from service.engine.values import Event
from service.errors import ErosionError
from service.intake.binary import decode_binary, is_binary
from service.intake.body import ProblemError, read_body
from service.intake.decode import EVENTS_MAX, Decoder
from service.intake.document import without_mark
from service.intake.files import read_events
from service.intake.media import READ, Media, media
from service.intake.quota import Quota
from service.rejected import Rejected

SHOWN_MAX = 1000
Item = Event | Rejected

# Takes events and rejections, returns what is done once they are durable; None when overloaded.
Take = Callable[[Sequence[Event], Sequence[Rejected]], "Future[None] | None"]


def event_routes(decoder: Decoder, take: Take, quota: Quota | None = None) -> list[Route]:
    """Return the two routes of the door."""

    async def receive(request: Request) -> Response:
        try:
            items = await _items(request, decoder, quota)
            await stored(take, items)
        except ProblemError as problem:
            return problem_answer(problem)
        return _answer(items)

    return [
        Route("/v1/events", receive, methods=["POST"]),
        Route("/v1/events/{source}", receive, methods=["POST"]),
    ]


async def stored(take: Take, items: Sequence[Item]) -> None:
    """Wait until items are durable; raise ProblemError when too much waits already."""
    events = [item for item in items if isinstance(item, Event)]
    durable = take(events, [item for item in items if isinstance(item, Rejected)])
    if durable is None:
        raise ProblemError(503, "too many events wait to be written", {"Retry-After": "1"})
    try:
        await wrap_future(durable)
    except ErosionError as error:
        raise ProblemError(503, str(error), {"Retry-After": "1"}) from None


async def _items(request: Request, decoder: Decoder, quota: Quota | None) -> list[Item]:
    """Return what a request holds; refuse it as early as can be."""
    peer = request.client.host if request.client else ""
    if quota is not None and (wait := quota.wait_s(peer)):
        after = {"Retry-After": str(ceil(wait))}
        raise ProblemError(429, "more events than one sender may send; come again", after)
    source = request.path_params.get("source", "")
    if source and not decoder.knows(source):
        raise ProblemError(404, f"no source {source[:60]!a} is configured")
    kind = media(request.headers.get("content-type", ""))
    binary = is_binary(request.headers.raw)
    if kind is None and not binary:
        raise ProblemError(415, f"this content type is not read; send one of: {', '.join(READ)}")
    body = await read_body(request)
    if binary:
        items = [decode_binary(decoder, request.headers.raw, body, source)]
    else:
        items = list(islice(_decoded(decoder, body, source, kind), EVENTS_MAX + 1))
    if quota is not None:
        quota.pay(peer, len(items))
    if len(items) > EVENTS_MAX:
        raise ProblemError(413, f"a body has at most {EVENTS_MAX} events; send it in parts")
    return items


def _decoded(decoder: Decoder, body: bytes, source: str, kind: Media | None) -> Iterator[Item]:
    if kind is Media.JSON:
        yield from decoder.decode(without_mark(body), source)
    else:
        yield from read_events(BytesIO(body), decoder, source, table=kind is Media.TABLE)


def _answer(items: Sequence[Item]) -> Response:
    turned_away = [
        {"position": place, "reason": item.reason.value, "detail": item.detail}
        | ({"line": item.line} if item.line else {})
        for place, item in enumerate(items)
        if isinstance(item, Rejected)
    ]
    accepted = len(items) - len(turned_away)
    body: dict[str, object] = {"accepted": accepted, "rejected": len(turned_away)}
    if turned_away and not accepted:
        body["error"] = f"nothing was accepted; {turned_away[0]['detail']}"
    if turned_away:
        body["rejections"] = turned_away[:SHOWN_MAX]
    return JSONResponse(body, status_code=202 if accepted or not items else 422)


def problem_answer(problem: ProblemError) -> Response:
    """Return the answer to a request that could not be taken at all."""
    return JSONResponse({"error": problem.detail}, problem.status, problem.headers)

"""The door over HTTP: CloudEvents JSON, single or batch, and lines of either.

`202` means durable: the answer waits for the commit.  An event that is turned away stands in the
quarantine with its reason, and the answer names it by its place; its neighbours are taken.  One
decoder call for each line keeps a bad line from costing the good ones.
"""

from asyncio import wrap_future
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from service.engine.values import Event
from service.errors import ErosionError
from service.intake.decode import Decoder
from service.intake.rejected import Rejected

BODY_BYTES_MAX = 16 * 1024 * 1024
SHOWN_MAX = 100
LINES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")

# Takes events and rejections, returns what is done once they are durable; None when overloaded.
Take = Callable[[Sequence[Event], Sequence[Rejected]], "Future[None] | None"]


def event_routes(decoder: Decoder, take: Take) -> list[Route]:
    """Return the two routes of the door."""

    async def receive(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return _problem(413, f"a body has at most {BODY_BYTES_MAX} bytes; send it in parts")
        source = request.path_params.get("source", "")
        if source and not decoder.knows(source):
            return _problem(404, f"no source {source!r} is configured")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        items = _decoded(decoder, body, source, kind)
        events = [item for item in items if isinstance(item, Event)]
        rejected = [item for item in items if isinstance(item, Rejected)]
        durable = take(events, rejected)
        if durable is None:
            return _problem(503, "too many events wait to be written", {"Retry-After": "1"})
        try:
            await wrap_future(durable)
        except ErosionError as error:
            return _problem(503, str(error), {"Retry-After": "1"})
        return _answer(items, len(events))

    return [
        Route("/v1/events", receive, methods=["POST"]),
        Route("/v1/events/{source}", receive, methods=["POST"]),
    ]


def _decoded(decoder: Decoder, body: bytes, source: str, kind: str) -> list[Event | Rejected]:
    if kind in LINES:
        return list(decoder.lines(iter(body.splitlines()), source))
    return decoder.decode(body.removeprefix(b"\xef\xbb\xbf"), source)


async def _body(request: Request) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES_MAX:
            return None
        parts.append(part)
    return b"".join(parts)


def _answer(items: Sequence[Event | Rejected], accepted: int) -> Response:
    turned_away = [
        {"position": place, "reason": item.reason.value, "detail": item.detail}
        for place, item in _rejections(items)
    ]
    body: dict[str, object] = {"accepted": accepted, "rejected": len(items) - accepted}
    if turned_away:
        body["rejections"] = turned_away[:SHOWN_MAX]
    status = 202 if accepted or not items else 422
    return JSONResponse(body, status_code=status)


def _rejections(items: Sequence[Event | Rejected]) -> Iterator[tuple[int, Rejected]]:
    for place, item in enumerate(items):
        if isinstance(item, Rejected):
            yield place, item


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": detail}, status_code=status, headers=headers)

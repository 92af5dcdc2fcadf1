"""A door without a house: the real routes over a fake that takes everything, for tests."""

import json
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette

from service.engine.values import Event
from service.intake.decode import Decoder
from service.intake.http import event_routes
from service.intake.quota import Quota
from service.rejected import Rejected

GOOD = {
    "specversion": "1.0",
    "source": "crm",
    "id": "1",
    "type": "ask",
    "time": "2026-09-14T09:00:00+02:00",
    "subject": "c1",
    "unit": "a",
}
JSON, LINES, CSV = "application/json", "application/x-ndjson", "text/csv"


@dataclass
class Taken:
    """Remember what came through the door; `full` makes it say that too much waits."""

    events: list[Event] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    full: bool = False

    def __call__(
        self, events: Sequence[Event], rejected: Sequence[Rejected]
    ) -> "Future[None] | None":
        """Take events and rejections as the writer does."""
        if self.full:
            return None
        self.events += events
        self.rejected += rejected
        done: Future[None] = Future()
        done.set_result(None)
        return done


class Door:
    """Post bodies to the routes of a decoder."""

    def __init__(self, decoder: Decoder, quota: Quota | None = None) -> None:
        """Open it."""
        self.taken = Taken()
        app = Starlette(routes=event_routes(decoder, self.taken, quota))
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://door.test"
        )

    async def post(
        self, body: bytes, kind: str | None = JSON, source: str = "", **headers: str
    ) -> httpx.Response:
        """Post a body; underscores in the names of headers become hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if kind is not None:
            named["content-type"] = kind
        path = f"/v1/events/{source}" if source else "/v1/events"
        return await self._client.post(path, content=body, headers=named)


def event(**changes: Any) -> bytes:
    """Return the good event as bytes with some fields changed; None takes a field out."""
    fields = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return json.dumps(fields).encode()

"""Trying again: the same door, each number answered, nothing done twice."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from service.intake.decode import Decoder
from service.intake.redrive import Tried, redrive_route
from service.store.shelf import Kept
from tests.intake.conftest import rows
from tests.intake.doors import Taken, event

KEPT = [
    Kept(1, "", event()),
    Kept(2, "", event(time="2026-09-14T09:00")),
    Kept(3, "phone", b'{"no": 1, "at": "2026-09-14T09:00", "shop": {"id": "a"}}'),
    Kept(4, "", b"[" + event() + b"]"),
]


class Again:
    """Ask the route over a fake store."""

    def __init__(self, decoder: Decoder) -> None:
        """Keep the four inputs."""
        self.taken = Taken()
        self.tried: list[Tried] = []
        route = redrive_route(
            lambda kept: decoder.single(kept.body, kept.source),
            self.taken,
            lambda numbers: [item for item in KEPT if item.number in numbers],
            self.tried.append,
        )
        transport = httpx.ASGITransport(Starlette(routes=[route]))
        self._client = httpx.AsyncClient(transport=transport, base_url="http://door.test")

    async def ask(self, wish: Any) -> httpx.Response:
        """Post a wish."""
        return await self._client.post("/v1/quarantine/redrive", content=json.dumps(wish).encode())


@pytest.fixture
def again(tmp_path: Path) -> Again:
    """Return the route over a decoder that has learnt the zone of the phone."""
    return Again(rows(tmp_path, timezone="Europe/Berlin"))


async def test_each_number_is_answered(again: Again) -> None:
    """Accepted, refused with the reason of today, or not kept: no number is passed over."""
    answer = await again.ask({"numbers": [1, 2, 3, 4, 99, 1]})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["accepted"], found["missing"]) == ([1, 3], [99])
    assert [(row["number"], row["reason"]) for row in found["rejections"]] == [
        (2, "time"),
        (4, "json"),
    ]
    assert [item.source for item in again.taken.events] == ["crm", "phone"]
    assert not again.taken.rejected
    assert again.tried[0].accepted == (1, 3)


async def test_nothing_is_marked_before_it_is_durable(again: Again) -> None:
    """When too much waits to be written, the answer is 503 and no row is marked."""
    again.taken.full = True
    assert (await again.ask({"numbers": [1]})).status_code == 503
    assert not again.tried


@pytest.mark.parametrize(
    "wish",
    [None, [], {}, {"numbers": 1}, {"numbers": ["1"]}, {"numbers": [True]}, {"numbers": [-1]}],
)
async def test_another_wish_is_refused(again: Again, wish: Any) -> None:
    """What is no list of numbers is answered with what to send."""
    answer = await again.ask(wish)
    assert answer.status_code == 400
    assert '"numbers": [1, 2]' in answer.json()["error"]


async def test_too_many_at_once(again: Again) -> None:
    """More than 500 numbers are 413."""
    assert (await again.ask({"numbers": list(range(1, 502))})).status_code == 413

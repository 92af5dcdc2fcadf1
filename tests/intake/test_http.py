"""The door over HTTP: every way in, every limit, and one clear line for what is not taken."""

import gzip
import json
import tracemalloc
import zlib

import pytest

from service.intake.body import BODY_BYTES_MAX
from service.intake.decode import Decoder
from service.intake.quota import PEERS_MAX, Quota
from tests.intake.doors import CSV, JSON, LINES, Door, event

BATCH = b"[" + event() + b',{"id":1,"id":2},' + event(id="3") + b"]"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (JSON, event()),
        (None, event()),
        ("application/json; charset=utf-8", b"\xef\xbb\xbf" + event()),
        ("application/cloudevents+json", event()),
        ("application/cloudevents-batch+json", b"[" + event() + b"]"),
        (LINES, event() + b"\n\n"),
        ("application/jsonl", event()),
        (CSV, b"source,id,type,time,subject,unit\r\ncrm,1,ask,2026-09-14T09:00:00+02:00,c1,a\r\n"),
    ],
)
async def test_every_way_in_gives_the_same_event(door: Door, kind: str | None, body: bytes) -> None:
    """JSON, structured, batch, lines and rows mean the same thing."""
    answer = await door.post(body, kind)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "rejected": 0})
    (taken,) = door.taken.events
    assert (taken.source, taken.id, taken.time) == ("crm", "1", 1789369200000)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/json; charset=latin-1"]
)
async def test_a_type_that_is_not_read_names_those_that_are(door: Door, kind: str) -> None:
    """415 lists what may be sent instead."""
    answer = await door.post(event(), kind)
    assert answer.status_code == 415
    assert "application/cloudevents-batch+json" in answer.json()["error"]
    assert not door.taken.rejected


async def test_a_bad_event_in_an_array_costs_only_itself(door: Door) -> None:
    """The answer names it by position, reason and detail; its neighbours are taken."""
    answer = await door.post(BATCH)
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": 2,
        "rejected": 1,
        "rejections": [{"position": 1, "reason": "keys", "detail": "a key stands twice: 'id'"}],
    }
    assert door.taken.rejected[0].body == b'{"id":1,"id":2}'


async def test_nothing_accepted_is_422_with_one_line(door: Door) -> None:
    """The first detail is the line that a person reads."""
    answer = await door.post(event(id=None))
    assert answer.status_code == 422
    assert answer.json()["error"] == "nothing was accepted; id is missing or not text"


async def test_lines_are_named_by_their_number(door: Door) -> None:
    """A refused line says on which line it stands, blank lines counted."""
    answer = await door.post(b"\n" + event() + b"\n\n{bad}\n", LINES)
    assert answer.json()["rejections"][0]["line"] == 4
    assert answer.json()["rejections"][0]["position"] == 1


async def test_gzip_is_unpacked(door: Door) -> None:
    """One member or several; the limit counts what comes out."""
    packed = gzip.compress(event() + b"\n") + gzip.compress(event(id="2"))
    answer = await door.post(packed, LINES, content_encoding="gzip")
    assert answer.json() == {"accepted": 2, "rejected": 0}


@pytest.mark.parametrize(
    ("status", "encoding", "body"),
    [
        (400, "gzip", b"no gzip at all"),
        (400, "gzip", b""),
        (400, "gzip", gzip.compress(event())[:-9]),
        (400, "gzip", gzip.compress(event()) + b"rest"),
        (400, "gzip", zlib.compress(event())),
        (400, "gzip", gzip.compress(b"") * 1001),
        (415, "br", b"x"),
        (415, "deflate", zlib.compress(event())),
        (415, "gzip, gzip", gzip.compress(gzip.compress(event()))),
        (413, "gzip", gzip.compress(b" " * (BODY_BYTES_MAX + 1))),
        (413, "identity", b" " * (BODY_BYTES_MAX + 1)),
    ],
)
async def test_bodies_that_cannot_be_read(
    door: Door, status: int, encoding: str, body: bytes
) -> None:
    """Damaged, cut, foreign and too large bodies are told apart, and nothing is kept."""
    answer = await door.post(body, content_encoding=encoding)
    assert answer.status_code == status
    assert answer.json()["error"].count("\n") == 0
    assert not door.taken.rejected


async def test_a_bomb_uses_no_memory(door: Door) -> None:
    """A gigabyte in one megabyte of gzip is refused at the limit, not after unpacking."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1024 * 1024)
    bomb = b"".join([*(packer.compress(zeros) for _ in range(1024)), packer.flush()])
    tracemalloc.start()
    answer = await door.post(bomb, content_encoding="gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"bomb: {len(bomb):,} bytes hold 1 GiB, peak {peak:,} bytes")
    assert answer.status_code == 413
    assert peak < 3 * BODY_BYTES_MAX


async def test_ten_thousand_small_events_are_fine_and_too_many_are_413(door: Door) -> None:
    """An array may be as long as a body may be; beyond 100,000 events it is refused."""
    many = b"[" + b",".join(event(id=str(n)) for n in range(10_000)) + b"]"
    assert (await door.post(many)).json() == {"accepted": 10_000, "rejected": 0}
    assert (await door.post(b"1\n" * 100_001, LINES)).status_code == 413
    assert (await door.post(b"[" + b"1," * 100_001 + b"1]")).status_code == 413


async def test_overload_is_503_with_a_time_to_come_again(door: Door) -> None:
    """When too much waits to be written, a sender is told so."""
    door.taken.full = True
    answer = await door.post(event())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_a_sender_beyond_its_rate_is_429(decoder: Decoder) -> None:
    """A bucket of ten seconds' worth; debt is paid before the next request is let in."""
    now = [0.0]
    door = Door(decoder, Quota(2, lambda: now[0]))
    many = b"[" + b",".join(event(id=str(n)) for n in range(30)) + b"]"
    assert (await door.post(many)).status_code == 202
    refused = await door.post(event())
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "6")
    now[0] = 6.0
    assert (await door.post(event())).status_code == 202


def test_the_memory_of_senders_is_bounded() -> None:
    """The one that was quiet longest is forgotten first, and begins with a full bucket."""
    quota = Quota(1, lambda: 0.0)
    for number in range(PEERS_MAX + 1):
        quota.pay(str(number), 100)
    assert quota.wait_s("0") == 0
    assert quota.wait_s("1") > 0


async def test_unknown_source(door: Door) -> None:
    """404 for a source that nobody configured."""
    answer = await door.post(event(), source="nobody")
    assert (answer.status_code, answer.json()) == (
        404,
        {"error": "no source 'nobody' is configured"},
    )


BINARY = {
    "ce_specversion": "1.0",
    "ce_id": "1",
    "ce_source": "crm",
    "ce_type": "ask",
    "ce_time": "2026-09-14T09:00:00+02:00",
    "ce_subject": "Z%C3%BCrich%20%2F%201%25",
    "ce_unit": '"a"',
}


async def test_binary_mode(door: Door) -> None:
    """Attributes are headers, percent-decoded; the body is the data."""
    answer = await door.post(b'{"by":"person"}', JSON, **BINARY)
    assert answer.status_code == 202, answer.text
    (taken,) = door.taken.events
    assert (taken.case, taken.unit, taken.time) == ("Zürich / 1%", "a", 1789369200000)
    assert (await door.post(b"", None, **BINARY)).status_code == 202


@pytest.mark.parametrize(
    ("reason", "kind", "body", "headers"),
    [
        ("content", "application/xml", b"<a/>", {}),
        ("content", "text/plain; charset=utf-8", b"{}", {}),
        ("json", JSON, b"{", {}),
        ("keys", JSON, b'{"a":1,"a":2}', {}),
        ("text", JSON, b"{}", {"ce_subject": "%FF"}),
        ("text", JSON, b"{}", {"ce_subject": "a%00b"}),
        ("time", JSON, b"{}", {"ce_time": "soon"}),
        ("version", JSON, b"{}", {"ce_specversion": "0.3"}),
        ("type", JSON, b"{}", {"ce_type": "unheard"}),
    ],
)
async def test_binary_mode_refuses_as_the_others_do(
    door: Door, reason: str, kind: str, body: bytes, headers: dict[str, str]
) -> None:
    """Reasons are the same, and what is kept is one JSON event that can be tried again."""
    answer = await door.post(body, kind, **BINARY | headers)
    assert answer.status_code == 422
    assert answer.json()["rejections"][0]["reason"] == reason
    assert json.loads(door.taken.rejected[0].body)["id"] == "1"

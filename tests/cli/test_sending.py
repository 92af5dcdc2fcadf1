"""`erosion send`: it waits when asked to, and names each refused line where it stands in the file."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import islice

import httpx
import pytest

from service.cli.sending import BODY_BYTES_MAX, WAIT_MAX_S, parts_of_lines, send_file, wait_s
from service.errors import BusyError, ErosionError


def client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    """Return a client whose service is a function."""
    return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://service.test")


def refusing(*positions: int, **more: object) -> Callable[[httpx.Request], httpx.Response]:
    """Return a service that refuses the events at some positions."""

    def answer(request: httpx.Request) -> httpx.Response:
        rejections = [{"position": p, "reason": "json", "detail": "x"} | more for p in positions]
        return httpx.Response(
            202, json={"accepted": 1, "rejected": len(positions), "rejections": rejections}
        )

    return answer


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_and_sends_again(status: int, capsys: pytest.CaptureFixture[str]) -> None:
    """After 429 or 503 the same body goes again; every event arrives once in the sums."""
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        if len(bodies) < 3:
            return httpx.Response(status, json={"error": "wait"}, headers={"Retry-After": "0"})
        return httpx.Response(202, json={"accepted": 2, "rejected": 0})

    sums = send_file(client(answer), "/v1/events", [b"1\n", b"2\n"], "f", table=False)
    assert bodies == [b"1\n2\n"] * 3
    assert (sums.accepted, sums.refused) == (2, 0)


def test_how_long_it_waits() -> None:
    """Seconds or a date as asked, at most a minute; one second where nothing sensible is asked."""
    soon = format_datetime(datetime.now(tz=UTC) + timedelta(seconds=20), usegmt=True)
    assert wait_s("7") == 7
    assert 15 < wait_s(soon) <= 20
    assert wait_s("86400") == WAIT_MAX_S
    assert wait_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert wait_s("soon") == wait_s(None) == 1


def test_a_line_keeps_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    """Blank lines are counted, so that an editor jumps to the right place."""
    lines = [b"\xef\xbb\xbf1\n", b"\n", b"\n", b"2\n", b"3"]
    send_file(client(refusing(1, line=2)), "/v1/events", lines, "day.ndjson", table=False)
    assert "day.ndjson:4: json: x" in capsys.readouterr().err


def test_a_row_keeps_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    """Rows of several lines too; they travel as they stand in the file, under the header."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return refusing(2)(request)

    text = b'a,b\n1,"x\ny"\n\n2\n3,4\n'
    send_file(client(answer), "/v1/events/s", text.splitlines(True), "day.csv", table=True)
    assert sent[0].content == b'a,b\n1,"x\ny"\n\n2\n3,4\n'.replace(b"\n\n", b"\n")
    assert sent[0].headers["content-type"] == "text/csv"
    assert "day.csv:6: json: x" in capsys.readouterr().err


def test_every_body_of_a_table_has_the_header() -> None:
    """A long file is cut between rows, and no row is lost."""
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        count = request.content.count(b"\n") - 1
        return httpx.Response(202, json={"accepted": count, "rejected": 0})

    rows = [b"a;b\r\n", *(f"{n};x\r\n".encode() for n in range(1200))]
    sums = send_file(client(answer), "/", rows, "f.csv", table=True)
    assert sums.accepted == 1200
    assert len(bodies) == 3
    assert all(body.startswith(b"a;b\r\n") for body in bodies)


def test_bodies_stay_below_the_limit() -> None:
    """Large lines are sent in smaller groups; one beyond any body is refused here."""
    group = list(parts_of_lines(b"x" * 1_000_000 for _ in range(20)))
    assert max(len(part.body) for part in group) < BODY_BYTES_MAX / 2
    assert [line for part in group for line in part.lines] == list(range(1, 21))
    lines = [b"x" * (BODY_BYTES_MAX + 1), b"1\n"]
    sums = send_file(client(refusing()), "/", lines, "f", table=False)
    assert (sums.accepted, sums.refused) == (1, 1)


def test_what_is_no_answer_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """A service that is not there, or says something else, ends with one clear line."""

    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(BusyError, match="cannot reach"):
        send_file(client(gone), "/", [b"1\n"], "f", table=False)
    for content in (b"<html>", b"[]", json.dumps({"error": "no source"}).encode()):
        other = httpx.Response(404, content=content)
        with pytest.raises(ErosionError, match="answered 404"):
            send_file(client(lambda _, o=other: o), "/", [b"1\n"], "f", table=False)  # type: ignore[misc]


def test_more_rejections_than_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the answer names only the first, the rest is counted and said to be kept."""

    def answer(request: httpx.Request) -> httpx.Response:
        first = [{"position": 0, "reason": "json", "detail": "x", "line": 1}]
        return httpx.Response(422, json={"accepted": 0, "rejected": 9, "rejections": first})

    send_file(client(answer), "/", list(islice([b"1\n"] * 9, 9)), "f", table=False)
    assert "f: 8 more are in the quarantine" in capsys.readouterr().err

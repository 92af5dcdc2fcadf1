"""Taps: only what Slack signed, only once, and over Socket Mode without a public address."""

import asyncio
import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import WSMsgType, web
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.slack_socket import SocketMode
from alerts.channels.slack_taps import FRESH_S, SEEN_MAX, Seen, Tap, answer, parse, tap_of, verify
from alerts.secret import Secret
from tests.alerts.fakes import NOON

SECRET = Secret("8f742231b10e8888abcd99yyyzzz85a5")
KEY = "0123456789abcdef0123456789abcdef"
STAMP = str(NOON // 1000)


def interaction(**changes: Any) -> dict[str, Any]:
    """Return what Slack says of a tap."""
    base: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": "U1", "name": "ann"},
        "channel": {"id": "C1", "name": "td-north"},
        "actions": [{"action_id": "take", "value": KEY, "type": "button"}],
    }
    return base | changes


BODY = urlencode({"payload": json.dumps(interaction())}).encode()


def signed(body: bytes = BODY, stamp: str = STAMP) -> str:
    """Sign as Slack does."""
    made = hmac.new(
        SECRET.reveal().encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256
    ).hexdigest()
    return f"v0={made}"


def test_slacks_own_example() -> None:
    """The worked example of Slack's documentation is accepted."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert verify(SECRET, "1531420618", body, signature, 1_531_420_618_000)


@pytest.mark.parametrize("second", [-FRESH_S, 0, FRESH_S])
def test_five_minutes_either_way(second: int) -> None:
    """A request is good for five minutes before and after, and no second longer."""
    assert verify(SECRET, STAMP, BODY, signed(), NOON + second * 1000)
    beyond = second + (1 if second >= 0 else -1) * (FRESH_S + 1 - abs(second))
    assert not verify(SECRET, STAMP, BODY, signed(), NOON + beyond * 1000)


@given(st.integers(0, len(BODY) * 8 - 1))
def test_a_flipped_bit_is_refused(bit: int) -> None:
    """Whichever bit of the body changes, the signature is another."""
    body = bytearray(BODY)
    body[bit // 8] ^= 1 << bit % 8
    assert not verify(SECRET, STAMP, bytes(body), signed(), NOON)


@given(st.text(max_size=80), st.text(max_size=12))
def test_no_other_signature_or_time(signature: str, stamp: str) -> None:
    """No text but the right one is a signature, and none but the signed time is the time."""
    assert not verify(SECRET, STAMP, BODY, signature, NOON)
    assert stamp == STAMP or not verify(SECRET, stamp, BODY, signed(), NOON)


def test_a_tap_is_read() -> None:
    """Action, delivery key, person and channel."""
    assert parse(BODY) == Tap("take", KEY, "U1", "C1")


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "view_submission"},
        {"actions": []},
        {"actions": "take"},
        {"actions": [{"action_id": "link-0", "value": KEY}]},
        {"actions": [{"action_id": "take"}]},
        {"actions": [{"action_id": "take", "value": "x' OR 1=1"}]},
        {"user": None},
        {"user": {"id": "<@U1>"}},
        {"user": {"id": 7}},
    ],
)
def test_what_is_no_tap(changes: dict[str, Any]) -> None:
    """Link buttons, other interactions and invented values are nobody's answer."""
    assert tap_of(interaction(**changes)) is None


@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=50).map(lambda t: f"payload={t}".encode()))
)
def test_any_body_is_read_or_left(body: bytes) -> None:
    """Nothing that is sent makes the reader fail."""
    assert parse(body) is None


async def test_the_door_answers_once() -> None:
    """Signed: 200, and the same again: 401; not signed: 401; too large: 413."""
    heard: list[Tap] = []

    async def on_tap(tap: Tap) -> None:
        heard.append(tap)

    headers = {"x-slack-signature": signed(), "x-slack-request-timestamp": STAMP}
    seen = Seen()
    statuses = [
        (await answer(body, given, NOON, SECRET, on_tap, seen))[0]
        for body, given in (
            (BODY, headers),
            (BODY, headers),
            (BODY, {}),
            (BODY + b"x", headers),
            (b"x" * 600_000, headers),
        )
    ]
    assert statuses == [200, 401, 401, 401, 413]
    assert heard == [Tap("take", KEY, "U1", "C1")]


def test_what_was_seen_is_forgotten_in_time_and_bounded() -> None:
    """A signature is remembered while it is good; a full memory refuses rather than forgets."""
    seen = Seen(2)
    assert [seen.is_new(name, NOON) for name in ("a", "a", "b", "c")] == [True, False, True, False]
    assert seen.is_new("a", NOON + 2 * FRESH_S * 1000 + 1)
    assert SEEN_MAX >= 10_000


class FakeSocket:
    """Be Slack's end of Socket Mode: hand out addresses, send envelopes, note what comes back."""

    def __init__(self, *connections: list[dict[str, Any]]) -> None:
        """Take what to send on each connection."""
        self.left = list(connections)
        self.acknowledged: list[str] = []
        self.refusals: list[web.Response] = []
        self.opened = 0
        self.url = ""

    async def open(self, request: web.Request) -> web.Response:
        """Hand out an address."""
        assert request.headers["Authorization"] == "Bearer xapp-1"
        if self.refusals:
            return self.refusals.pop(0)
        self.opened += 1
        return web.json_response({"ok": True, "url": f"{self.url[:-5]}/socket?ticket=s3cr3t"})

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """Send this connection's envelopes; end it where the next one has something to say."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello"})
        envelopes = self.left.pop(0) if self.left else []
        for envelope in envelopes:
            await socket.send_json(envelope)
        if not any(e["type"] == "disconnect" for e in envelopes) and self.left:
            self.acknowledged.append((await socket.receive_json())["envelope_id"])
            await socket.close()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.acknowledged.append(json.loads(message.data)["envelope_id"])
        return socket


@asynccontextmanager
async def running(fake: FakeSocket) -> Any:
    """Run the fake on a free port."""
    app = web.Application()
    app.router.add_post("/api/apps.connections.open", fake.open)
    app.router.add_get("/socket", fake.socket)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    try:
        yield fake.url
    finally:
        await runner.cleanup()


def envelope(number: int, payload: Any) -> dict[str, Any]:
    """Return what Slack sends over the socket."""
    return {"type": "interactive", "envelope_id": f"e{number}", "payload": payload}


async def until(condition: Any) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the fake has no event to wait for
            await asyncio.sleep(0.01)


async def test_socket_mode_over_reconnections(caplog: pytest.LogCaptureFixture) -> None:
    """Each envelope is acknowledged; a closed, a refreshed and a refused connection are made anew."""
    caplog.set_level("DEBUG")
    heard: list[Tap] = []

    async def on_tap(tap: Tap) -> None:
        heard.append(tap)
        if tap.who == "U9":
            raise RuntimeError("no room")

    other = interaction(actions=[{"action_id": "refuse", "value": KEY}])
    fake = FakeSocket(
        [envelope(1, interaction())],
        [envelope(2, other), {"type": "disconnect", "reason": "refresh_requested"}],
        [envelope(3, {"type": "view_closed"}), envelope(4, interaction(user={"id": "U9"}))],
    )
    fake.refusals.append(web.Response(status=429, headers={"Retry-After": "1"}))
    stop = asyncio.Event()
    async with running(fake) as url:
        listener = SocketMode(Secret("xapp-1"), on_tap, url)
        task = asyncio.create_task(listener.run(stop))
        await until(lambda: len(fake.acknowledged) == 3 and len(heard) == 3)
        assert listener.connected
        stop.set()
        await task
    assert fake.acknowledged == ["e1", "e2", "e3"]
    assert [tap.action for tap in heard] == ["take", "refuse", "take"]
    assert (fake.opened, listener.untaken, listener.connected) == (3, 1, False)
    ours = [r.getMessage() for r in caplog.records if r.name != "aiohttp.access"]
    assert not [said for said in ours if "s3cr3t" in said or "xapp-1" in said]

"""Webhooks: signed so that the public reader agrees, and leading nowhere they must not."""

import asyncio
import base64
import json
import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import standardwebhooks
import trustme
from aiohttp import web
from aiohttp.abc import ResolveResult

from alerts.channels.webhook import Target, Webhook, headers_of, keys_of
from alerts.channels.webhook_body import encoded
from alerts.channels.webhook_guard import Guard, GuardedResolver, NotAllowedError
from alerts.errors import Unaddressed
from alerts.retry import Result
from alerts.secret import Secret
from alerts.told import BODY_BYTES_MAX
from tests.alerts.samples import OPENED, RESOLVED, for_channel
from tests.alerts.tricks import TRICKS

KEY = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
OLD = "whsec_" + base64.b64encode(b"an older key of 24 bytes").decode()
ROW = for_channel(OPENED, "webhook")


class Sink:
    """Take posts, answer to order, keep what came."""

    def __init__(self, *answers: web.Response | None) -> None:
        """Take the answers; None hangs up after the body."""
        self.answers = list(answers)
        self.came: list[tuple[dict[str, str], bytes]] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Take one post."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.came.append((headers, await request.read()))
        given = self.answers.pop(0) if self.answers else web.Response(status=204)
        if given is None:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return given


@asynccontextmanager
async def sink(taken: Sink, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run a sink on a free port of the loopback."""
    app = web.Application()
    app.router.add_post("/{rest:.*}", taken.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def webhook(
    address: str, *allowed: str, key: str = KEY, tls: ssl.SSLContext | None = None
) -> Webhook:
    """Return the channel with one target."""
    return Webhook({"crm": Target(Secret(address), Secret(key))}, Guard(allowed), tls)


async def test_the_public_reader_agrees() -> None:
    """The reference library verifies id, time and body; a retry has the same id."""
    taken, now = Sink(web.Response(status=500)), int(datetime.now(UTC).timestamp() * 1000)
    async with sink(taken) as port:
        channel = webhook(f"http://127.0.0.1:{port}/hook?token=T0P", "127.0.0.1")
        verdicts = [await channel.send(ROW, now + turn * 1000) for turn in range(2)]
    assert [verdict.result for verdict in verdicts] == [Result.RETRY, Result.DELIVERED]
    for headers, body in taken.came:
        said = standardwebhooks.Webhook(KEY).verify(body, headers)
        assert said["data"]["key"] == headers["webhook-id"] == OPENED.key
    assert len({headers["webhook-signature"] for headers, _ in taken.came}) == 2
    assert "T0P" not in repr(verdicts)


def test_both_keys_are_good_while_one_is_replaced() -> None:
    """With two keys each of them verifies."""
    said, now = encoded(ROW), int(datetime.now(UTC).timestamp() * 1000)
    headers = headers_of(ROW.key, said, keys_of(Secret(f"{KEY} {OLD}")), now)
    for key in (KEY, OLD):
        standardwebhooks.Webhook(key).verify(said, headers)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(OLD).verify(
            said, headers_of(ROW.key, said, keys_of(Secret(KEY)), now)
        )


@pytest.mark.parametrize(
    "key",
    [
        "",
        "whsec_",
        "whsec_c2hvcnQ=",
        "not base64!",
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
    ],
)
def test_a_weak_key_is_refused(key: str) -> None:
    """A key is 24 to 64 bytes, or the channel is not made."""
    with pytest.raises(Unaddressed):
        webhook("https://crm.example/", key=key)


@pytest.mark.parametrize("url", TRICKS)
async def test_no_way_to_the_inside(url: str) -> None:
    """None of the known ways of writing an inner address leads to a connection."""
    verdict = await webhook(url).send(ROW, 0)
    nowhere = verdict.detail == "no connection (ClientConnectorDNSError)"
    assert verdict.result is Result.PERMANENT or nowhere, (url, verdict)


def test_there_are_many_tricks() -> None:
    """The list of tricks is long, and holds none twice."""
    assert len(set(TRICKS)) == len(TRICKS) >= 200


async def test_a_name_that_leads_inside_is_refused() -> None:
    """One public address beside an inner one is not enough."""

    class Inner:
        async def resolve(self, host: str, port: int, family: int) -> list[ResolveResult]:
            return [
                ResolveResult(
                    hostname=host, host=at, port=port, family=socket.AF_INET, proto=0, flags=0
                )
                for at in ("93.184.216.34", "10.0.0.1")
            ]

    resolver = GuardedResolver(Guard(), encrypted=True)
    await resolver.close()
    resolver._inner = Inner()  # type: ignore[assignment]
    with pytest.raises(NotAllowedError):
        await resolver.resolve("rebinding.example", 443)


async def test_only_what_is_listed_may_be_plain() -> None:
    """A listed address is reached without TLS, under its name too; another one is not."""
    taken = Sink()
    async with sink(taken) as port:
        allowed = ("127.0.0.1", "::1")
        by_name = await webhook(f"http://localhost:{port}/", *allowed).send(ROW, 0)
        other = await webhook(f"http://127.0.0.1:{port}/", "10.0.0.0/8").send(ROW, 0)
    assert (by_name.result, other.result) == (Result.DELIVERED, Result.PERMANENT)
    assert len(taken.came) == 1


@pytest.mark.parametrize(
    ("answer", "result", "after"),
    [
        (
            web.Response(status=302, headers={"Location": "http://169.254.169.254/"}),
            Result.PERMANENT,
            None,
        ),
        (web.Response(status=400), Result.PERMANENT, None),
        (web.Response(status=408), Result.RETRY, None),
        (web.Response(status=410), Result.PERMANENT, None),
        (web.Response(status=429, headers={"Retry-After": "9"}), Result.RETRY, 9_000),
        (web.Response(status=503), Result.RETRY, None),
        (web.Response(text="x" * 1_000_000), Result.DELIVERED, None),
        (None, Result.AMBIGUOUS, None),
    ],
)
async def test_each_status_has_its_meaning(
    answer: web.Response | None, result: Result, after: int | None
) -> None:
    """The statuses of the one table; a redirection is a failure, and silence is ambiguous."""
    taken = Sink(answer)
    async with sink(taken) as port:
        verdict = await webhook(f"http://127.0.0.1:{port}/", "127.0.0.1").send(ROW, 0)
    assert (verdict.result, verdict.after_ms, len(taken.came)) == (result, after, 1)


async def test_nobody_there_and_a_strangers_certificate() -> None:
    """Both are tried again; with the right authority the message goes through, by its name."""
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(server)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    taken = Sink()
    async with sink(taken, server) as port:
        url = f"https://localhost:{port}/"
        good = await webhook(url, "127.0.0.1", "::1", tls=trusted).send(ROW, 0)
        bad = await webhook(url, "127.0.0.1", "::1").send(ROW, 0)
        await asyncio.sleep(0)
    gone = await webhook(url, "127.0.0.1", "::1").send(ROW, 0)
    assert (good.result, bad.result, gone.result) == (Result.DELIVERED, Result.RETRY, Result.RETRY)
    assert len(taken.came) == 1


async def test_no_proxy_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment is not asked."""
    monkeypatch.setitem(os.environ, "http_proxy", "http://127.0.0.1:1")
    async with sink(Sink()) as port:
        verdict = await webhook(f"http://127.0.0.1:{port}/", "127.0.0.1").send(ROW, 0)
    assert verdict.result is Result.DELIVERED


@pytest.mark.parametrize("shape", ["webhook", "webhook-alertmanager"])
def test_a_body_is_small_and_counts_what_it_leaves_out(shape: str) -> None:
    """However much there is to say, a body has less than 20 KB."""
    many = tuple((f"finding-{number:060}", 1) for number in range(1_000))
    row = for_channel(OPENED, shape)
    for big in ({"alerts": many}, {"lines": ("ü" * 700,) * 100}):
        fields = {**{name: getattr(row, name) for name in row.__slots__}, **big}
        body = encoded(type(row)(**fields))
        assert len(body) <= BODY_BYTES_MAX
        said = json.loads(body)
        alerts = said.get("alerts", said.get("data", {}).get("alerts"))
        left_out = said.get("truncatedAlerts", said.get("data", {}).get("alerts_left_out", 0))
        assert len(alerts) + left_out == len(fields["alerts"])


def test_alertmanagers_shape() -> None:
    """Firing, then resolved, of one fingerprint and one group; ends only when it is over."""
    first, last = (
        json.loads(encoded(for_channel(row, "webhook-alertmanager"))) for row in (OPENED, RESOLVED)
    )
    assert (first["version"], first["status"], last["status"]) == ("4", "firing", "resolved")
    assert first["groupKey"] == last["groupKey"] == OPENED.thread
    (one,), (other,) = first["alerts"], last["alerts"]
    assert one["fingerprint"] == other["fingerprint"]
    assert one["labels"] == other["labels"]
    assert one["endsAt"].startswith("0001")
    assert other["endsAt"] >= other["startsAt"]
    assert first["commonAnnotations"]["runbook_url"] == "https://wiki.example/answer-request"

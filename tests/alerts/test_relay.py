"""A mail relay on its worse days: some recipients, no answer after the last dot, TLS taken away."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import trustme

from alerts.channels.email import Email, Relay, Tls
from alerts.courier import Courier
from alerts.outbox import OutboxRow
from alerts.retry import Result
from tests.alerts.fakes import FakeClock, FakeOutbox
from tests.alerts.samples import OPENED, RESOLVED, for_channel

AUTHORITY = trustme.CA()


class Script:
    """Be a relay by the book, but for what it is told to say to some commands."""

    def __init__(self, **replies: list[str]) -> None:
        """Take replies by command, used one after another; an empty one hangs up."""
        self.replies = replies
        self.mails: list[EmailMessage] = []
        self.offers = ["8BITMIME"]
        self.heard: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one client."""
        writer.write(b"220 relay.example\r\n")
        try:
            while line := (await reader.readline()).decode().strip():
                if not await self._answer(line, reader, writer):
                    break
        except (ConnectionError, ssl.SSLError):
            return
        finally:
            writer.close()

    async def _answer(
        self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        verb = line.split(maxsplit=1)[0].upper()
        self.heard.append(verb)
        said = self._said(verb, "354 go on" if verb == "DATA" else "250 OK")
        if verb == "EHLO" and said.startswith("250"):
            said = "\r\n".join(f"250-{offer}" for offer in self.offers) + "\r\n250 OK"
        if verb == "DATA" and said.startswith("354"):
            writer.write(b"354 go on\r\n")
            self._keep(await reader.readuntil(b"\r\n.\r\n"))
            said = self._said("DOT", "250 queued")
        writer.write(said.encode() + b"\r\n" if said else b"")
        await writer.drain()
        return bool(said) and verb != "QUIT"

    def _said(self, verb: str, usual: str) -> str:
        waiting = self.replies.get(verb)
        return waiting.pop(0) if waiting else usual

    def _keep(self, data: bytes) -> None:
        mail = message_from_bytes(data[:-5], policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)


@asynccontextmanager
async def listening(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run a relay on a free port of the loopback."""
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.02)


def email(port: int, tls: Tls = Tls.NONE) -> Email:
    """Return the channel, which trusts our authority."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return Email(Relay("localhost", port, tls, "alerts@aurora.example", context=context))


def to(address: str, row: OutboxRow = OPENED) -> OutboxRow:
    """Return a message for one address."""
    return replace(
        for_channel(row, "email"), key=f"{row.key[:30]}{len(address):02}", settings={"to": address}
    )


async def test_each_recipient_has_a_receipt_of_its_own() -> None:
    """Of three addresses one is refused for good, one is greylisted, one has its mail at once."""
    script = Script(RCPT=["550 no such desk", "451 later", "250 OK"])
    rows = [to("gone@leeds.example"), to("grey@yorkshire.example"), to("desk@a.example")]
    outbox, clock = FakeOutbox(rows), FakeClock()
    async with listening(script) as port:
        carrier = Courier(outbox, [email(port)], clock=clock)
        receipts = await carrier.deliver_due(clock())
        clock.now += 300_000
        later = await carrier.deliver_due(clock())
    assert sorted(receipt.result.value for receipt in receipts) == [
        "delivered",
        "permanent",
        "retry",
    ]
    assert [receipt.result for receipt in later] == [Result.DELIVERED]
    assert len(script.mails) == 2
    assert outbox.pending == {}


@pytest.mark.parametrize(
    ("replies", "result"),
    [
        ({"EHLO": ["421 busy"], "HELO": ["421 busy"]}, Result.RETRY),
        ({"MAIL": ["452 full"]}, Result.RETRY),
        ({"MAIL": ["550 not you"]}, Result.PERMANENT),
        ({"RCPT": ["450 greylisted"]}, Result.RETRY),
        ({"RCPT": ["554 never"]}, Result.PERMANENT),
        ({"DATA": ["451 no"]}, Result.RETRY),
        ({"DOT": ["452 full"]}, Result.RETRY),
        ({"DOT": ["554 spam"]}, Result.PERMANENT),
        ({"DOT": [""]}, Result.AMBIGUOUS),
    ],
)
async def test_each_reply_at_each_verb(replies: dict[str, list[str]], result: Result) -> None:
    """4xx is patience, 5xx is final, silence after the dot is neither."""
    async with listening(Script(**replies)) as port:
        verdict = await email(port).send(to("desk@leeds.example"), 0)
    assert verdict.result is result


async def test_a_lost_answer_is_sent_again_as_the_same_mail() -> None:
    """The relay took it and hung up: the next attempt has the same id, byte for byte but borders."""
    script, row = Script(DOT=[""]), to("desk@leeds.example")
    async with listening(script) as port:
        channel = email(port)
        lost, again = await channel.send(row, 0), await channel.send(row, 1)
        later = await channel.send(
            replace(to("desk@leeds.example", RESOLVED), parent=again.reference), 2
        )
    first, second, third = script.mails
    assert (lost.result, again.result) == (Result.AMBIGUOUS, Result.DELIVERED)
    assert first["Message-ID"] == second["Message-ID"] == again.reference
    assert third["In-Reply-To"] == first["Message-ID"] == later.reference


async def test_encryption_that_is_taken_away_sends_nothing() -> None:
    """A relay whose STARTTLS was stripped gets no mail, no recipient and no password."""
    script = Script()
    async with listening(script) as port:
        verdict = await email(port, Tls.STARTTLS).send(to("desk@leeds.example"), 0)
    assert verdict.result is Result.RETRY
    assert not {"MAIL", "RCPT", "DATA", "AUTH"} & set(script.heard)
    assert script.mails == []


async def test_implicit_tls_by_its_name() -> None:
    """With our authority's certificate the mail goes through, with a stranger's it does not."""
    good, bad = (ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) for _ in range(2))
    AUTHORITY.issue_cert("localhost").configure_cert(good)
    trustme.CA().issue_cert("localhost").configure_cert(bad)
    results, script = [], Script()
    for context in (good, bad):
        async with listening(script, context) as port:
            verdict = await email(port, Tls.IMPLICIT).send(to("desk@leeds.example"), 0)
            results.append(verdict.result)
    assert results == [Result.DELIVERED, Result.RETRY]
    assert len(script.mails) == 1

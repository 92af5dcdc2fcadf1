"""Real servers on the loopback: a mail relay and a webhook."""

import asyncio
import json
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from alerts.channels.email import Email, Relay, Tls
from alerts.channels.slack import Slack
from alerts.retry import Result
from alerts.secret import Secret
from tests.alerts.fakes import NOON, row
from tests.live.needs import program

# The library announces what a later version of itself will do.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
ROW = row("email", lines=("Where: Leeds.", ".", "..dots"), text="LOOK TODAY\n.\n..dots")


class Mailbox:
    """Take mail, and refuse what it is told to refuse."""

    def __init__(self, *replies: str) -> None:
        """Take the replies to the first recipients."""
        self.replies = list(replies)
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse or accept a recipient."""
        reply = self.replies.pop(0) if self.replies else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail."""
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@asynccontextmanager
async def relay(mailbox: Mailbox, **settings: object) -> AsyncIterator[int]:
    """Run a mail relay on a free port."""
    loop = asyncio.get_running_loop()
    context = settings.pop("implicit", None)
    assert context is None or isinstance(context, ssl.SSLContext)
    server = await loop.create_server(
        lambda: SMTP(mailbox, loop=loop, **settings),  # type: ignore[arg-type]
        "127.0.0.1",
        0,
        ssl=context,
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)


def email(port: int, tls: Tls = Tls.NONE, **more: object) -> Email:
    """Return an e-mail channel to that relay."""
    return Email(Relay("localhost", port, tls, "alerts@aurora.example", **more))  # type: ignore[arg-type]


async def test_a_mail_arrives_as_it_was_made() -> None:
    """The relay holds one mail with our headers, both parts, and every leading dot."""
    mailbox = Mailbox()
    async with relay(mailbox) as port:
        verdict = await email(port).send(ROW, NOON)
    assert verdict.result is Result.DELIVERED
    (mail,) = mailbox.mails
    assert (mail["To"], mail["Message-ID"]) == ("desk@leeds.example", f"<{ROW.key}@aurora.example>")
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines() == ["LOOK TODAY", ".", "..dots"]


async def test_greylisting_is_patience_and_refusal_is_final() -> None:
    """A recipient refused with 451 is tried again and arrives; with 550 never."""
    mailbox = Mailbox("451 try later", "250 OK", "550 no such desk")
    async with relay(mailbox) as port:
        verdicts = [await email(port).send(ROW, NOON) for _ in range(3)]
    assert [verdict.result for verdict in verdicts] == [
        Result.RETRY,
        Result.DELIVERED,
        Result.PERMANENT,
    ]
    assert verdicts[2].detail == "SMTP 550"


async def test_nobody_listens() -> None:
    """A relay that is down is tried again."""
    async with relay(Mailbox()) as port:
        pass
    assert (await email(port).send(ROW, NOON)).result is Result.RETRY


async def test_starttls_is_never_given_up_silently() -> None:
    """Where the relay cannot encrypt, nothing is sent."""
    mailbox = Mailbox()
    async with relay(mailbox) as port:
        verdict = await email(port, Tls.STARTTLS).send(ROW, NOON)
        other = await email(port, Tls.IMPLICIT).send(ROW, NOON)
    assert verdict.result is Result.RETRY
    assert other.result in (Result.RETRY, Result.AMBIGUOUS)
    assert mailbox.mails == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for localhost."""
    openssl = program("openssl")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    line = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650"
        " -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout - -out -"
    )
    made = subprocess.run([openssl, *line.split()], capture_output=True, check=True)
    path.write_bytes(made.stdout)
    return path


@pytest.mark.live
@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
async def test_an_encrypted_relay(certificate: Path, tls: Tls) -> None:
    """With a certificate we trust the mail goes out, with a stranger's it does not."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    name = "implicit" if tls is Tls.IMPLICIT else "tls_context"
    mailbox = Mailbox()
    async with relay(mailbox, **{name: server}) as port:
        trusted = ssl.create_default_context(cafile=certificate)
        good = await email(port, tls, context=trusted).send(ROW, NOON)
        bad = await email(port, tls).send(ROW, NOON)
    assert good.result is Result.DELIVERED
    assert bad.result in (Result.RETRY, Result.AMBIGUOUS)
    assert len(mailbox.mails) == 1


@pytest.mark.live
async def test_a_wrong_password_is_the_relays_trouble(certificate: Path) -> None:
    """A refused login is tried again, because a corrected password must find the alert."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    trusted = ssl.create_default_context(cafile=certificate)

    def check(
        server: SMTP, session: Session, envelope: Envelope, how: str, login: object
    ) -> object:
        return AuthResult(success=b"right" in getattr(login, "password", b""), handled=False)

    mailbox = Mailbox()
    async with relay(mailbox, tls_context=server, authenticator=check, auth_required=True) as port:
        verdicts = [
            await email(port, Tls.STARTTLS, context=trusted, user="u", password=Secret(word)).send(
                ROW, NOON
            )
            for word in ("wrong", "right")
        ]
    assert [verdict.result for verdict in verdicts] == [Result.RETRY, Result.DELIVERED]
    assert "wrong" not in repr(verdicts)


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def webhook(*answers: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Run an HTTP server that gives these answers and keeps the bodies."""
    left, bodies = list(answers), list[bytes]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        bodies.append(await reader.readexactly(length))
        writer.write(left.pop(0))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/services/secret", bodies
    finally:
        server.close()
        await server.wait_closed()


def answered(status: str, body: str = "", *headers: str) -> bytes:
    """Return a whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", body]).encode()


async def test_a_webhook_is_posted_and_its_status_understood() -> None:
    """A 200 is delivered, a 429 names its wish, silence after the body is ambiguous."""
    answers = [answered("200 OK", "ok"), answered("429 Slow", "", "Retry-After: 7"), b""]
    async with webhook(*answers) as (address, bodies), httpx.AsyncClient() as client:
        channel = Slack(client, {"desks": Secret(address)})
        verdicts = [await channel.send(row("slack"), NOON) for _ in range(3)]
    assert [verdict.result for verdict in verdicts] == [
        Result.DELIVERED,
        Result.RETRY,
        Result.AMBIGUOUS,
    ]
    assert verdicts[1].after_ms == 7000
    assert json.loads(bodies[0])["text"].startswith("LOOK TODAY - 19 people waiting")
    assert bodies[0] == bodies[1]
    assert "secret" not in repr(verdicts)

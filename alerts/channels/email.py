"""Send a message by e-mail, as text and as HTML (alerts/channels/email_look.py).

Security of the connection is stated, never guessed: `starttls` refuses a relay that cannot, there
is no silent fallback to plain text.  Header values lose control characters and the syntax of
encoded words first, because some versions of Python turn a crafted subject into a header of its
own.  Later mails of a conversation answer its first one, so that they form a thread in every
client; where no conversation is known they refer to one invented mail for each alert.
"""

import base64
import hashlib
import re
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from email.utils import formatdate
from enum import StrEnum

import aiosmtplib

from alerts import words
from alerts.channels.email_look import html, text
from alerts.clean import clean
from alerts.enclosure import Picture
from alerts.errors import Unaddressed
from alerts.outbox import OutboxRow
from alerts.retry import Failure, Result, Verdict, failed, smtp
from alerts.secret import Secret
from alerts.tongues import tongue_of

TIMEOUT_S = 30.0
SUBJECT_CHARACTERS_MAX = 150
REFERENCES_MAX = 20
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_CID = re.compile(r"[A-Za-z0-9.-]{1,64}@[A-Za-z0-9.-]{1,64}|[A-Za-z0-9.-]{1,64}")
_MESSAGE_ID = re.compile(r"<[0-9A-Za-z.-]{1,100}@[A-Za-z0-9.-]{1,255}>")
# A refused password is the relay's trouble and not the message's, so it is tried again.
_FAILURES: tuple[tuple[type[Exception], Failure], ...] = (
    (aiosmtplib.SMTPAuthenticationError, Failure.NOT_TRUSTED),
    (aiosmtplib.SMTPHeloError, Failure.NOT_TRUSTED),
    (aiosmtplib.SMTPConnectError, Failure.NOT_CONNECTED),
    (aiosmtplib.SMTPServerDisconnected, Failure.NO_ANSWER),
    (aiosmtplib.SMTPTimeoutError, Failure.NO_ANSWER),
    (ssl.SSLError, Failure.NOT_TRUSTED),
)


class Tls(StrEnum):
    """Say how the connection to the relay is protected."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Relay:
    """Describe the mail server that takes our mail."""

    host: str
    port: int
    tls: Tls
    sender: str
    user: str = ""
    password: Secret | None = None
    context: ssl.SSLContext | None = None

    @property
    def domain(self) -> str:
        """Return the sender's domain, which signs our message ids."""
        return self.sender.rpartition("@")[2]


LinkMaker = Callable[[OutboxRow, str], str]


class Email:
    """Send messages through one relay."""

    name = "email"
    waiting_max = 50

    def __init__(self, relay: Relay, links: LinkMaker | None = None) -> None:
        """Take the relay, and what makes the links by which a reader may answer."""
        if not _ADDRESS.fullmatch(relay.sender):
            raise Unaddressed("the sender's address of the mail relay cannot be used")
        self._relay = relay
        self._links = links

    def payload(self, row: OutboxRow) -> EmailMessage:
        """Build the mail; the same row gives the same headers on every attempt."""
        mail = EmailMessage(policy=MAIL_POLICY)
        subject = header(row.subject)
        mail["From"] = self._relay.sender
        mail["To"] = address_of(row)
        mail["Subject"] = subject
        mail["Date"] = formatdate(row.created_at // 1000, usegmt=True)
        mail["Message-ID"] = self._own(row)
        for name, value in self._thread(row):
            mail[name] = value
        mail["Auto-Submitted"] = "auto-generated"
        answers = self._answers(row)
        mail.set_content(text(row, answers))
        mail.add_alternative(html(row, subject, answers), subtype="html")
        if row.page is not None and row.page.html and row.page.pictures:
            _add_pictures(mail, row.page.pictures)
        return mail

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Hand the mail to the relay once; the reference is the conversation's first mail."""
        try:
            mail = self.payload(row)
        except Unaddressed:
            return failed(Failure.NOT_ADDRESSED)
        try:
            await self._hand_over(mail, address_of(row))
        except (aiosmtplib.SMTPException, OSError) as error:
            return verdict_of(error)
        first = row.parent if _MESSAGE_ID.fullmatch(row.parent) else self._own(row)
        return Verdict(Result.DELIVERED, "accepted by the relay", reference=first)

    def _own(self, row: OutboxRow) -> str:
        return f"<{_hex(row.key)}@{self._relay.domain}>"

    def _thread(self, row: OutboxRow) -> list[tuple[str, str]]:
        """Refer to the conversation's first mail, or without one to an invented one per alert."""
        if _MESSAGE_ID.fullmatch(row.parent):
            return [("In-Reply-To", row.parent), ("References", row.parent)]
        if row.thread or not row.alerts:
            return []
        threads = [_thread(alert, self._relay.domain) for alert, _ in row.alerts]
        return [("References", " ".join(threads[:REFERENCES_MAX]))]

    def _answers(self, row: OutboxRow) -> list[tuple[str, str]]:
        if self._links is None:
            return []
        named = words.answers(tongue_of(row.locale), row.actions)
        return [(label, self._links(row, action)) for action, label in named]

    async def _hand_over(self, mail: EmailMessage, address: str) -> None:
        relay = self._relay
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            use_tls=relay.tls is Tls.IMPLICIT,
            start_tls=relay.tls is Tls.STARTTLS,
            tls_context=relay.context,
            local_hostname=relay.domain,
            timeout=TIMEOUT_S,
        )
        async with client:
            if relay.password is not None:
                await client.login(relay.user, relay.password.reveal())
            await client.send_message(mail, sender=relay.sender, recipients=[address])


def address_of(row: OutboxRow) -> str:
    """Return the row's one address, or refuse what would be several or none."""
    address = str(row.settings.get("to", "")).strip()
    if not _ADDRESS.fullmatch(address):
        raise Unaddressed("an email reach needs one plain address")
    return address


def header(subject: str) -> str:
    """Return text that can stand in a header and stay what it is."""
    return clean(subject.replace("=?", "= ?").replace("?=", "? ="), SUBJECT_CHARACTERS_MAX)


def verdict_of(error: Exception) -> Verdict:
    """Classify what the mail library raised; the relay's own words stay out of the receipt."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return smtp(max((refused.code for refused in error.recipients), default=450))
    for kind, failure in _FAILURES:
        if isinstance(error, kind):
            return failed(failure, type(error).__name__)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return smtp(error.code)
    if isinstance(error, aiosmtplib.SMTPException):
        return failed(Failure.NOT_TRUSTED, type(error).__name__)
    return failed(Failure.NOT_CONNECTED, type(error).__name__)


def _add_pictures(mail: EmailMessage, pictures: Iterable[Picture]) -> None:
    """Put pictures beside the HTML that shows them; the words for them stand in the HTML."""
    page = mail.get_body(("html",))
    for picture in pictures:
        if isinstance(page, EmailMessage) and _CID.fullmatch(picture.cid):
            data = base64.b64decode(picture.png)
            page.add_related(data, "image", "png", cid=f"<{picture.cid}>", disposition="inline")


def _thread(alert: str, domain: str) -> str:
    return f"<alert-{hashlib.sha256(alert.encode()).hexdigest()[:32]}@{domain}>"


def _hex(key: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", key)

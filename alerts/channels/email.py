"""Send a message by e-mail, as text and as simple HTML.

Security of the connection is stated, never guessed: `starttls` refuses a relay that cannot, there
is no silent fallback to plain text.  Header values lose control characters and the syntax of
encoded words first, because some versions of Python turn a crafted subject into a header of its
own.  Mails about one alert refer to one invented first mail, so that they form a thread in every
client although none of them has to arrive first.
"""

import hashlib
import re
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from email.utils import formatdate
from enum import StrEnum

import aiosmtplib
from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts.clean import clean
from alerts.errors import Unaddressed
from alerts.notice import Why
from alerts.outbox import OutboxRow
from alerts.retry import Failure, Result, Verdict, failed, smtp
from alerts.secret import Secret
from alerts.signal import Level

TIMEOUT_S = 30.0
SUBJECT_CHARACTERS_MAX = 150
LINE_CHARACTERS_MAX = 700
REFERENCES_MAX = 20
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_COLOURS = {Level.CRITICAL: "#b3261e", Level.WARNING: "#9a5b00", Level.WATCH: "#44546a"}
_CALM = "#1f6f43"
_LABEL = re.compile(r"([A-Z][A-Za-z ]{1,20}:)(.*)", re.DOTALL)
# A refused password is the relay's trouble and not the message's, so it is tried again.
_FAILURES: tuple[tuple[type[Exception], Failure], ...] = (
    (aiosmtplib.SMTPAuthenticationError, Failure.NOT_TRUSTED),
    (aiosmtplib.SMTPHeloError, Failure.NOT_TRUSTED),
    (aiosmtplib.SMTPConnectError, Failure.NOT_CONNECTED),
    (aiosmtplib.SMTPServerDisconnected, Failure.NO_ANSWER),
    (aiosmtplib.SMTPTimeoutError, Failure.NO_ANSWER),
    (ssl.SSLError, Failure.NOT_TRUSTED),
)
_TEMPLATES = Environment(
    loader=PackageLoader("alerts.channels"), autoescape=True, undefined=StrictUndefined
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


class Email:
    """Send messages through one relay."""

    name = "email"

    def __init__(self, relay: Relay) -> None:
        """Take the relay."""
        if not _ADDRESS.fullmatch(relay.sender):
            raise Unaddressed("the sender's address of the mail relay cannot be used")
        self._relay = relay

    def payload(self, row: OutboxRow) -> EmailMessage:
        """Build the mail; the same row gives the same headers on every attempt."""
        mail = EmailMessage(policy=MAIL_POLICY)
        mail["From"] = self._relay.sender
        mail["To"] = address_of(row)
        mail["Subject"] = header(row.subject)
        mail["Date"] = formatdate(row.created_at // 1000, usegmt=True)
        mail["Message-ID"] = f"<{_hex(row.key)}@{self._relay.domain}>"
        threads = [_thread(alert, self._relay.domain) for alert, _ in row.alerts]
        mail["References"] = " ".join(threads[:REFERENCES_MAX])
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content("\n".join(_lines(row.text.splitlines())) + "\n")
        mail.add_alternative(html(row), subtype="html")
        return mail

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Hand the mail to the relay once."""
        try:
            mail = self.payload(row)
        except Unaddressed:
            return failed(Failure.NOT_ADDRESSED)
        try:
            await self._hand_over(mail, address_of(row))
        except (aiosmtplib.SMTPException, OSError) as error:
            return verdict_of(error)
        return Verdict(Result.DELIVERED, "accepted by the relay")

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


def header(text: str) -> str:
    """Return text that can stand in a header and stay what it is."""
    return clean(text.replace("=?", "= ?").replace("?=", "? ="), SUBJECT_CHARACTERS_MAX)


def html(row: OutboxRow) -> str:
    """Render the HTML part; the template escapes, holds no remote image and no script."""
    subject = header(row.subject)
    opening, dash, rest = subject.partition(" - ")
    return _TEMPLATES.get_template("mail.html").render(
        headline=subject,
        opening=opening if dash else "",
        rest=dash + rest if dash else subject,
        colour=_CALM if row.why in (Why.RESOLVED, Why.IMPROVING) else _COLOURS[row.level],
        lines=[_labelled(line) for line in _lines(row.lines)],
        links=[pair for pair in row.links if pair[1].startswith(("https://", "http://"))],
        footer=f"To {clean(row.receiver)}. Sent automatically; nobody reads replies.",
    )


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


def _lines(lines: list[str] | tuple[str, ...]) -> list[str]:
    return [clean(line, LINE_CHARACTERS_MAX) for line in lines]


def _labelled(line: str) -> tuple[str, str]:
    found = _LABEL.fullmatch(line)
    return (found.group(1), found.group(2)) if found else ("", line)


def _thread(alert: str, domain: str) -> str:
    return f"<alert-{hashlib.sha256(alert.encode()).hexdigest()[:32]}@{domain}>"


def _hex(key: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", key)

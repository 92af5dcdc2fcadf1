"""One battery that every channel passes: pure, silent about secrets, and deaf to hostile text.

Five hundred strings are put wherever data can stand.  What goes over the wire is parsed back, and
must have the same headers, tags, addresses, mentions, keys and lines as with a harmless word.
"""

import io
import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from alerts.channels.apprise import Apprise
from alerts.channels.console import Console
from alerts.channels.email import Email, Relay, Tls
from alerts.channels.jsonl import Jsonl
from alerts.channels.kafka import Kafka
from alerts.channels.slack import Slack
from alerts.channels.slack_bot import SlackBot
from alerts.channels.webhook import Target, Webhook
from alerts.channels.webhook_guard import Guard
from alerts.courier import Channel
from alerts.outbox import OutboxRow, Sheet
from alerts.retry import Result
from alerts.secret import Secret
from tests.alerts.corpus import CORPUS
from tests.alerts.samples import OPENED, for_channel
from tests.alerts.test_channels import tags_of, visible
from tests.alerts.test_payloads import REACHES
from tests.alerts.test_topics_and_tail import failing
from tests.alerts.test_webhook import KEY
from tests.running import free_port

CANARY = "T0P-S3CR3T-canary"
SIGNING = KEY.removeprefix("whsec_")
EVERY = pytest.mark.parametrize("reach", REACHES)
WRAPPINGS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: f"Leeds {text}",
    lambda text: f"{text} Leeds",
    lambda text: f"Leeds{text}York",
    lambda text: text + text,
    lambda text: text.upper(),
    lambda text: text.replace("<", "&lt;").replace(">", "&gt;"),
    lambda text: text.replace("<", "%3C").replace(">", "%3E"),
    lambda text: text.replace("<", "＜").replace(">", "＞"),  # noqa: RUF001 - they look alike
    lambda text: f"&{text};",
    lambda text: f"\\{text}\\",
    lambda text: f"\r\n{text}\r\n",
    lambda text: f"=?utf-8?q?{text}?=",
    lambda text: f"<{text}>",
    lambda text: f'"{text}',
)
WIDE = tuple(dict.fromkeys(wrap(text) for wrap in WRAPPINGS for text in CORPUS))


def channel(reach: str) -> Channel:
    """Return a channel whose other end is away, and whose secrets are canaries."""
    away = f"http://127.0.0.1:{free_port()}/{CANARY}/"

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot reach {request.url}")

    client = httpx.AsyncClient(transport=httpx.MockTransport(fail))
    relay = Relay("127.0.0.1", free_port(), Tls.NONE, "a@aurora.example", "u", Secret(CANARY))
    hooks = {"crm": Target(Secret(away), Secret(KEY))}
    makers: dict[str, Callable[[], Channel]] = {
        "console": lambda: Console(io.StringIO()),
        "jsonl": Jsonl,
        "slack": lambda: Slack(
            client, {"desks": Secret(away)}, SlackBot(Secret(f"xoxb-{CANARY}"), away)
        ),
        "email": lambda: Email(relay, lambda row, action: f"https://erosion.example/{action}"),
        "webhook": lambda: Webhook(hooks, Guard(["127.0.0.1"])),
        "kafka": lambda: Kafka(failing(ConnectionError(CANARY))),
        "apprise": lambda: Apprise({"phones": Secret(away.replace("http", "json"))}),
    }
    return makers[reach.partition("-")[0]]()


def hostile(reach: str, text: str) -> OutboxRow:
    """Return a row that nobody cleaned, with a text wherever data can stand."""
    lines = ("Promise: 1h open.", f"Where: {text}", f"Do now: {text}.", "Owner: me.")
    subject = f"LOOK TODAY - 1 person waiting: {text}"
    row = replace(
        for_channel(OPENED, reach),
        receiver=f"desk {text}",
        alerts=((f"a {text[:60]}", 1),),
        thread=f"t {text[:60]}",
        subject=subject,
        lines=lines,
        text="\n".join(" ".join(line.splitlines()) for line in (subject, *lines)),
    )
    return replace(row, standing=Sheet(row.level, row.why, subject, lines, row.links))


@EVERY
def test_a_payload_is_a_pure_function(reach: str) -> None:
    """The same row gives the same payload, part boundaries of mails apart."""
    first, second = (channel(reach).payload(for_channel(OPENED, reach)) for _ in range(2))
    if isinstance(first, EmailMessage) and isinstance(second, EmailMessage):
        assert first.items() == second.items()
    else:
        assert first == second


@EVERY
@pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise")
async def test_no_secret_leaks(
    reach: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """No result, no printed channel, no output and no log at any level holds a secret."""
    caplog.set_level(logging.DEBUG)
    made = channel(reach)
    verdict = await made.send(for_channel(OPENED, reach), 0)
    out, err = capsys.readouterr()
    logged = [f"{record.getMessage()} {record.__dict__!r}" for record in caplog.records]
    shown = [repr(verdict), repr(getattr(made, "__dict__", made)), out, err, *logged]
    assert not [text for text in shown if CANARY in text or SIGNING in text]
    assert verdict.result is (Result.DELIVERED if reach == "console" else verdict.result)


def test_there_are_many_payloads() -> None:
    """The wide corpus has at least 500 strings."""
    assert len(WIDE) >= 500


@EVERY
def test_hostile_text_stays_text(reach: str) -> None:
    """Whatever the text: the payload has the shape that it has with a harmless word."""
    made = channel(reach)
    plain = [*shape(made.payload(hostile(reach, "Leeds")))]
    for text in WIDE:
        same = [*shape(made.payload(hostile(reach, text)))] == plain
        assert same, repr(text[:80])


def shape(payload: object) -> Iterator[object]:
    """Yield all that a reader's program would see of a payload, without the words."""
    if isinstance(payload, EmailMessage):
        yield from _mail(payload)
    elif isinstance(payload, str):
        payload.encode("utf-8")
        assert visible(payload)
        yield len(payload.splitlines())
        if payload.startswith("{"):
            yield from _values(json.loads(payload), texts=False)
    else:
        json.dumps(payload).encode()
        yield from _values(payload, texts=True)


def _mail(mail: EmailMessage) -> Iterator[object]:
    parsed = message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    yield sorted(parsed.keys())
    yield [parsed["To"], parsed["From"], [part.get_content_type() for part in parsed.walk()]]
    tags = tags_of(parsed)
    yield Counter(tags.tags)
    yield tags.addresses
    plain = parsed.get_body(("plain",))
    assert plain is not None
    yield len(plain.get_content().splitlines())
    assert visible(parsed["Subject"])


def _values(value: Any, *, texts: bool) -> Iterator[object]:
    """Yield keys, kinds and lengths, and what Slack would read as markup."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            # What Slack parses; other receivers get data as data.
            yield from _values(inner, texts=texts and name in SLACK_KEYS)
    elif isinstance(value, list):
        yield len(value)
        for inner in value:
            yield from _values(inner, texts=texts)
    elif isinstance(value, str) and texts:
        assert visible(value)
        yield re.findall(r"<[^>]*>|[<>]|&(?!amp;|lt;|gt;)", value)
    else:
        yield type(value).__name__


SLACK_KEYS = {"text", "blocks", "elements", "chat.postMessage", "chat.update"}

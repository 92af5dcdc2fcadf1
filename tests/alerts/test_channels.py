"""One battery for all channels: status, secrets, limits, injection."""

import io
import json
import logging
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import httpx
import pytest

from alerts.channels.console import Console
from alerts.channels.email import Email, Relay, Tls
from alerts.channels.jsonl import Jsonl
from alerts.channels.slack import Slack
from alerts.channels.slack_blocks import HEADER_CHARACTERS_MAX, SECTION_CHARACTERS_MAX
from alerts.courier import Channel
from alerts.directory import Directory
from alerts.outbox import OutboxRow
from alerts.retry import Result
from alerts.secret import Secret
from tests.alerts.corpus import CORPUS
from tests.alerts.fakes import DIRECTORY, NOON, REGIONS, TOPIC, UNITS, row, rows_for, signal

CANARY = "T0P/S3CR3T/canary"
WEBHOOK = f"https://hooks.slack.example/services/{CANARY}"


def slack(answer: Callable[[httpx.Request], httpx.Response] | None = None) -> Slack:
    """Return a Slack channel over a transport in memory."""
    transport = httpx.MockTransport(answer or (lambda request: httpx.Response(200, text="ok")))
    return Slack(httpx.AsyncClient(transport=transport), {"desks": Secret(WEBHOOK)})


def email(port: int = 1) -> Email:
    """Return an e-mail channel whose relay does not listen."""
    relay = Relay("127.0.0.1", port, Tls.NONE, "alerts@aurora.example", "user", Secret(CANARY))
    return Email(relay)


CHANNELS: dict[str, Callable[[], Channel]] = {
    "console": lambda: Console(io.StringIO()),
    "jsonl": Jsonl,
    "slack": slack,
    "email": email,
}
EVERY = pytest.mark.parametrize("name", CHANNELS)


def visible(text: str) -> bool:
    """Tell whether a text holds nothing that a reader cannot see, line ends apart."""
    hidden = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
    return not any(
        unicodedata.category(character) in hidden for character in text.replace("\n", "")
    )


def poisoned(text: str) -> Directory:
    """Return a directory in which every name is a hostile string."""
    topic = replace(
        TOPIC, title=text, promise=text, owner="sales-desk", do_now=(f"call {text} {{unit}}",)
    )
    unit = replace(UNITS["dealer", "leeds"], name=text)
    region = replace(REGIONS["north"], name=text)
    return replace(
        DIRECTORY,
        topics={topic.id: topic},
        units={("dealer", "leeds"): unit},
        regions={"north": region},
    )


def hostile_rows(name: str, text: str) -> list[OutboxRow]:
    """Return a row made by the desk from hostile names, and one that nobody cleaned."""
    made = [r for r in rows_for([signal(reason=text)], poisoned(text)) if r.channel == name]
    base = row(name)
    raw = replace(
        base,
        receiver=text,
        subject=f"LOOK TODAY - 1 person waiting: {text}",
        lines=("Promise: 1h open.", f"Where: {text}", f"Do now: {text}", "Owner: me."),
        text=f"LOOK TODAY - 1 person waiting: {text}\nWhere: {text}",
    )
    return [*made, raw]


@EVERY
def test_the_same_row_gives_the_same_payload(name: str) -> None:
    """A payload is a pure function of its row."""
    first, second = (CHANNELS[name]().payload(row(name)) for _ in range(2))
    if isinstance(first, EmailMessage):
        assert isinstance(second, EmailMessage)
        assert first.items() == second.items()
    else:
        assert first == second


@EVERY
async def test_no_secret_leaks(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """No result, no log at any level and no printed channel holds a secret."""
    caplog.set_level(logging.DEBUG)

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot reach {request.url}")

    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500, text=f"failed for {request.url}")

    channels = [slack(refuse), slack(echo), slack()] if name == "slack" else [CHANNELS[name]()]
    for channel in channels:
        verdict = await channel.send(row(name), NOON)
        assert CANARY not in repr(verdict)
        assert CANARY not in repr(vars(channel) if hasattr(channel, "__dict__") else channel)
    assert CANARY not in caplog.text
    assert all(CANARY not in repr(record.__dict__) for record in caplog.records)


@pytest.mark.parametrize(
    ("status", "said", "result"),
    [
        (200, "ok", Result.DELIVERED),
        (302, "", Result.PERMANENT),
        (400, "invalid_payload", Result.PERMANENT),
        (403, "invalid_token", Result.PERMANENT),
        (404, "no_service", Result.PERMANENT),
        (408, "", Result.RETRY),
        (410, "channel_is_archived", Result.PERMANENT),
        (425, "", Result.RETRY),
        (429, "rate_limited", Result.RETRY),
        (500, "rollup_error", Result.RETRY),
        (503, "", Result.RETRY),
    ],
)
async def test_slack_status(status: int, said: str, result: Result) -> None:
    """Each status of the webhook has its result, with Slack's own word for it."""
    channel = slack(lambda request: httpx.Response(status, text=said))
    verdict = await channel.send(row("slack"), NOON)
    assert verdict.result is result
    assert verdict.detail == f"HTTP {status} {said}".rstrip()


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (httpx.ConnectError("x"), Result.RETRY),
        (httpx.ConnectTimeout("x"), Result.RETRY),
        (httpx.ReadTimeout("x"), Result.AMBIGUOUS),
        (httpx.ReadError("x"), Result.AMBIGUOUS),
        (httpx.RemoteProtocolError("x"), Result.AMBIGUOUS),
        (httpx.UnsupportedProtocol("x"), Result.PERMANENT),
    ],
)
async def test_slack_failures(error: Exception, result: Result) -> None:
    """A failure before sending is tried again; one after it is ambiguous."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    assert (await slack(fail).send(row("slack"), NOON)).result is result


async def test_an_unknown_webhook_is_final() -> None:
    """A webhook without its secret is listed at once."""
    verdict = await Slack(httpx.AsyncClient(), {}).send(row("slack"), NOON)
    assert verdict.result is Result.PERMANENT


async def test_console_prints_what_people_get() -> None:
    """The console shows the message, word for word."""
    stream = io.StringIO()
    verdict = await Console(stream).send(row(), NOON)
    assert verdict.result is Result.DELIVERED
    assert stream.getvalue().startswith(row().text)
    stream.close()
    assert (await Console(stream).send(row(), NOON)).result is Result.RETRY


async def test_jsonl_appends_lines(tmp_path: Path) -> None:
    """Each message is one line; without a folder it is tried again, without a path never."""
    path = tmp_path / "alerts.jsonl"
    good = row("jsonl", settings={"path": str(path)})
    for _ in range(2):
        assert (await Jsonl().send(good, NOON)).result is Result.DELIVERED
    lines = path.read_text(encoding="ascii").splitlines()
    assert [json.loads(line)["key"] for line in lines] == [good.key] * 2
    assert (await Jsonl().send(row("jsonl"), NOON)).result is Result.RETRY
    assert (await Jsonl().send(row("jsonl", settings={}), NOON)).result is Result.PERMANENT


@pytest.mark.parametrize("text", CORPUS)
def test_console_injection(text: str) -> None:
    """A hostile string cannot steer a terminal or add a line."""
    for hostile in hostile_rows("console", text):
        printed = Console(io.StringIO()).payload(hostile)
        assert visible(printed)
        printed.encode()


@pytest.mark.parametrize("text", CORPUS)
def test_jsonl_injection(text: str) -> None:
    """A hostile string stays inside its value."""
    for hostile in hostile_rows("jsonl", text):
        line = Jsonl().payload(hostile)
        assert line.count("\n") == 1
        assert line.isascii()
        assert json.loads(line)["subject"] == hostile.subject


@pytest.mark.parametrize("text", CORPUS)
def test_slack_injection(text: str) -> None:
    """A hostile string makes no mention, no link, no entity, and fits Slack's limits."""
    for hostile in hostile_rows("slack", text):
        payload = slack().payload(hostile)
        json.dumps(payload).encode()
        blocks = cast("list[dict[str, object]]", payload["blocks"])
        texts = [part for block in blocks for part in texts_of(block)]
        for part in [*texts, {"type": "plain_text", "text": payload["text"]}]:
            shown = str(part["text"])
            assert visible(shown)
            links = re.findall(r"<[^>]*>", shown)
            allowed = [f"<{address}|{label}>" for label, address in hostile.links]
            assert links == (allowed if part["type"] == "mrkdwn" else [])
            assert not re.search(r"&(?!amp;|lt;|gt;)", shown)
            assert len(shown) <= SECTION_CHARACTERS_MAX
            assert part.get("emoji") in (None, False)
        assert len(str(texts[0]["text"])) <= HEADER_CHARACTERS_MAX
        assert payload["unfurl_links"] is False
        assert "link_names" not in payload


def texts_of(block: dict[str, object]) -> list[dict[str, object]]:
    """Return the text objects of one block."""
    if "text" in block:
        return [cast("dict[str, object]", block["text"])]
    return cast("list[dict[str, object]]", block["elements"])


class Tags(HTMLParser):
    """Collect tags, addresses and text."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag, and where it leads."""
        self.tags.append(f"{tag} {sorted(name for name, _ in attrs)}")
        self.addresses += [value for name, value in attrs if name in ("href", "src")]


def tags_of(mail: EmailMessage) -> Tags:
    """Parse the HTML part."""
    part = mail.get_body(("html",))
    assert part is not None
    tags = Tags()
    tags.feed(part.get_content())
    return tags


def named(tags: list[str], name: str) -> int:
    """Count the tags of one name."""
    return sum(tag.split()[0] == name for tag in tags)


HEADERS = sorted(
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ]
)


@pytest.mark.parametrize("text", CORPUS)
def test_email_injection(text: str) -> None:
    """A hostile string adds no header, no recipient, no tag and no address."""
    for hostile, harmless in zip(
        hostile_rows("email", text), hostile_rows("email", "Leeds"), strict=True
    ):
        mail = email().payload(hostile)
        parsed = message_from_bytes(mail.as_bytes(), policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        assert sorted(set(parsed.keys()) - {"References"}) == HEADERS
        assert parsed["To"] == "desk@leeds.example"
        assert "evil.example" not in parsed["From"]
        assert visible(parsed["Subject"])
        plain = email().payload(harmless)
        found, expected = tags_of(parsed).tags, tags_of(plain).tags
        assert set(found) <= set(expected)
        longer = len(hostile.lines) - len(harmless.lines)
        for tag in ("tr", "td", "a", "span", "p", "div"):
            more = longer if tag == "p" else 0
            assert named(found, tag) == named(expected, tag) + more
        assert tags_of(parsed).addresses == [address for _, address in hostile.links]
        body = parsed.get_body(("plain",))
        assert body is not None
        assert visible(body.get_content().replace("\r", ""))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a@b.example, c@evil.example",
        "a b@c.example",
        "x\r\nBcc: y@evil.example",
        "nobody",
        None,
    ],
)
async def test_only_one_plain_address_is_an_address(address: object) -> None:
    """What is no single address is refused before any connection."""
    verdict = await email().send(row("email", settings={"to": address}), NOON)
    assert verdict.result is Result.PERMANENT


def test_mails_about_one_alert_form_a_thread() -> None:
    """The message id is the delivery key; the reference is the alert's alone."""
    first = email().payload(row("email", thread=""))
    second = email().payload(row("email", thread="", key="0" * 32))
    assert first["Message-ID"] == f"<{row('email').key}@aurora.example>"
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"] == "Mon, 14 Sep 2026 10:00:00 +0000"


def test_no_remote_content_in_mail() -> None:
    """The HTML part loads nothing from anywhere and always has a text beside it."""
    mail = email().payload(row("email"))
    assert not [tag for tag in tags_of(mail).tags if tag.startswith(("img", "link", "script"))]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]

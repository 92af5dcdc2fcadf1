"""The bot in Slack: one message that changes, news in its thread, and nothing twice for long."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from aiohttp import web

from alerts.channels.slack import INTERVAL_MS, Slack
from alerts.channels.slack_blocks import HEADER_CHARACTERS_MAX, SECTION_CHARACTERS_MAX
from alerts.channels.slack_bot import POST, UPDATE, SlackBot
from alerts.notice import Why
from alerts.outbox import OutboxRow, Sheet
from alerts.retry import Result
from alerts.secret import Secret
from alerts.signal import Level
from tests.alerts.corpus import CORPUS
from tests.alerts.fakes import NOON, row
from tests.alerts.slack_fake import FakeSlack, refusal, slack_server

LINKS = (("People", "https://crm.example/q?a=1&b=2"), ("Runbook", "https://wiki.example/r"))
FIRST = row(
    "slack",
    settings={"channel": "#td-north"},
    thread="t1",
    actions=("take", "refuse"),
    links=LINKS,
)
OVER = Sheet(Level.WARNING, Why.RESOLVED, "OVER - nobody waiting", ("It lasted 2 h.",))


def later(parent: str, **changes: object) -> OutboxRow:
    """Return the end of the conversation."""
    base = replace(
        FIRST, key="1" * 32, why=Why.RESOLVED, subject=OVER.subject, lines=("All called.",)
    )
    return replace(base, parent=parent, standing=OVER, actions=(), links=(), **changes)  # type: ignore[arg-type]


def bot(fake: FakeSlack) -> Slack:
    """Return the channel with a bot that knows the fake."""
    return Slack(httpx.AsyncClient(), {}, SlackBot(Secret("xoxb-T0P-S3CR3T"), fake.url))


def elements(call: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the buttons of a call."""
    return [e for block in call["blocks"] if block["type"] == "actions" for e in block["elements"]]


def test_a_first_message_has_its_answers_and_links() -> None:
    """Buttons carry the delivery key; links come with them; nothing unfolds by itself."""
    call = SlackBot.payload(FIRST)[POST]
    assert call["channel"] == "#td-north"
    assert call["metadata"]["event_payload"] == {"key": FIRST.key}
    assert [(b["action_id"], b.get("value"), b.get("url")) for b in elements(call)] == [
        ("take", FIRST.key, None),
        ("refuse", FIRST.key, None),
        ("link-0", None, LINKS[0][1]),
        ("link-1", None, LINKS[1][1]),
    ]
    assert (call["unfurl_links"], call["link_names"], call["parse"]) == (False, False, "none")


def test_later_messages_edit_and_tell() -> None:
    """The parent says how it stands, without buttons once nothing can be answered."""
    calls = SlackBot.payload(later("C1:100.1"))
    assert list(calls) == [UPDATE, POST]
    assert (calls[UPDATE]["channel"], calls[UPDATE]["ts"]) == ("C1", "100.1")
    assert "OVER" in calls[UPDATE]["text"]
    assert elements(calls[UPDATE]) == []
    assert calls[POST]["thread_ts"] == "100.1"
    assert "reply_broadcast" not in calls[POST]
    worse = replace(later("C1:100.1"), why=Why.WORSE)
    assert SlackBot.payload(worse)[POST]["reply_broadcast"] is True


async def test_a_conversation_is_one_message_with_a_thread() -> None:
    """Posted, then edited, with the news under it; the reference stays the parent's."""
    async with slack_server() as fake:
        channel = bot(fake)
        first = await channel.send(FIRST, NOON)
        second = await channel.send(later(first.reference), NOON)
    assert (first.result, first.reference) == (Result.DELIVERED, "C1:100.000000")
    assert second.reference == first.reference
    assert fake.methods() == [POST, UPDATE, POST]
    assert "OVER" in fake.messages["100.000000"]["text"]


async def test_a_parent_that_is_gone_is_posted_anew() -> None:
    """Who deletes our message gets the news in a new one, which is then the one to edit."""
    async with slack_server() as fake:
        verdict = await bot(fake).send(later("C1:99.9"), NOON)
    assert verdict.reference == "C1:100.000000"
    assert fake.methods() == [UPDATE, POST]
    assert "thread_ts" not in fake.calls[1][1]


async def test_half_done_is_finished_without_a_second_reply() -> None:
    """Edited and answered, the acknowledgement lost: the next try finds the reply by its key."""
    async with slack_server() as fake:
        channel = bot(fake)
        first = await channel.send(FIRST, NOON)
        fake.order(POST, None)
        lost = await channel.send(later(first.reference), NOON)
        again = await channel.send(later(first.reference), NOON)
    assert (lost.result, again.result) == (Result.AMBIGUOUS, Result.DELIVERED)
    assert again.reference == first.reference
    assert len(fake.messages) == 2


async def test_a_lost_first_message_is_found_where_we_may_look() -> None:
    """The channel's history is read for the key; without the right to it, it is posted again."""
    for refused, expected in ((False, 2), (True, 3)):
        async with slack_server() as fake:
            channel = bot(fake)
            await channel.send(replace(FIRST, key="other", thread="t2"), NOON)
            fake.order(POST, None)
            assert (await channel.send(FIRST, NOON)).result is Result.AMBIGUOUS
            if refused:
                fake.order("conversations.history", refusal("missing_scope"))
            verdict = await channel.send(FIRST, NOON)
            assert verdict.result is Result.DELIVERED
            assert verdict.reference == f"C1:100.{expected - 1:06}"
            assert len(fake.messages) == expected


@pytest.mark.parametrize(
    ("answer", "result", "after"),
    [
        (refusal("channel_not_found"), Result.PERMANENT, None),
        (refusal("invalid_auth"), Result.PERMANENT, None),
        (refusal("is_archived"), Result.PERMANENT, None),
        (refusal("invalid_blocks"), Result.PERMANENT, None),
        (refusal("ratelimited", 429, **{"Retry-After": "7"}), Result.RETRY, 7_000),
        (refusal("message_limit_exceeded"), Result.RETRY, None),
        (refusal("a_word_of_tomorrow"), Result.RETRY, None),
        (refusal("fatal_error"), Result.AMBIGUOUS, None),
        (web.Response(status=429, headers={"Retry-After": "3"}), Result.RETRY, 3_000),
        (web.Response(status=500, text="<html>no</html>"), Result.RETRY, None),
        (web.Response(status=200, text="ok?"), Result.AMBIGUOUS, None),
        (web.Response(status=302, headers={"Location": "/api/x"}), Result.PERMANENT, None),
        (web.Response(status=404, text="no"), Result.PERMANENT, None),
    ],
)
async def test_each_answer_has_its_meaning(
    answer: web.Response, result: Result, after: int | None
) -> None:
    """Slack's words and its statuses are read by the one table."""
    async with slack_server() as fake:
        fake.order(POST, answer)
        verdict = await bot(fake).send(FIRST, NOON)
    assert (verdict.result, verdict.after_ms) == (result, after)
    assert "S3CR3T" not in repr(verdict)


async def test_nobody_there_and_no_token() -> None:
    """A Slack that is away is tried again; a reach without a bot is listed at once."""
    async with slack_server() as fake:
        pass
    assert (await bot(fake).send(FIRST, NOON)).result is Result.RETRY
    verdict = await Slack(httpx.AsyncClient(), {}).send(FIRST, NOON)
    assert verdict.result is Result.PERMANENT


def test_each_slack_channel_has_its_own_pace() -> None:
    """A second between messages, in each channel for itself."""
    channel = Slack(httpx.AsyncClient(), {})
    assert channel.pace(FIRST) == ("#td-north", INTERVAL_MS)
    assert channel.pace(row("slack")) == ("desks", INTERVAL_MS)


@pytest.mark.parametrize("text", CORPUS)
def test_a_hostile_string_stays_text(text: str) -> None:
    """No mention, no link and no markup comes from data, and every limit is kept."""
    hostile = replace(
        later("C1:100.1"), lines=(text,) * 30, subject=text or "x", links=((text, LINKS[0][1]),)
    )
    for call in (*SlackBot.payload(hostile).values(), *SlackBot.payload(FIRST).values()):
        assert len(call["blocks"]) <= 50
        assert "<" not in call["text"].replace("&lt;", "")
        for block in call["blocks"]:
            shown = block.get("text", {"type": "plain_text", "text": ""})
            assert shown["type"] == "plain_text"
            limit = HEADER_CHARACTERS_MAX if block["type"] == "header" else SECTION_CHARACTERS_MAX
            assert len(shown["text"]) <= limit
            assert "<" not in shown["text"]
        assert all(len(button["text"]["text"]) <= 75 for button in elements(call))

"""A whole conversation in an emulated Slack, with a restart in its middle."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from alerts.channels.slack import Slack
from alerts.channels.slack_bot import SlackBot
from alerts.courier import Courier
from alerts.notice import Why
from alerts.outbox import OutboxRow, Sheet
from alerts.retry import Result
from alerts.secret import Secret
from alerts.signal import Level
from service.store import statements
from service.store.database import Database, open_store
from service.store.decisions import values_of
from service.store.outbox import SqlOutbox
from service.store.reads import Reads
from tests.alerts.fakes import FakeClock, row
from tests.live.emulator import emulator

pytestmark = pytest.mark.live
FIRST = row(
    "slack",
    settings={"channel": "td-north"},  # the emulator knows no #
    thread="t1",
    actions=("take", "refuse"),
    links=(("People", "https://crm.example/q"),),
)


def news(number: int, why: Why, subject: str, *, is_open: bool = True) -> OutboxRow:
    """Return a later message of the conversation, with how it stands."""
    standing = Sheet(Level.WARNING, why, f"{subject} (standing)", ("As it stands.",))
    return replace(
        FIRST,
        key=f"{number:032}",
        why=why,
        subject=subject,
        lines=(f"News {number}.",),
        standing=standing,
        actions=("refuse",) if is_open else (),
    )


class Life:
    """Be one life of the service: a courier with its store, until it ends."""

    def __init__(self, path: str, url: str) -> None:
        """Begin on the same store, knowing nothing else."""
        self.store: Database = open_store(path)
        self.reads = Reads.readonly(path)
        bot = SlackBot(Secret("xoxb-test"), url)
        channel = Slack(httpx.AsyncClient(), {}, bot)
        outbox = SqlOutbox(self.store.call, self.reads.tuples)
        self.clock = FakeClock()
        self.courier = Courier(outbox, [channel], clock=self.clock)

    async def say(self, said: OutboxRow) -> Result:
        """File a row and deliver it."""
        with self.store.transaction() as transaction:
            transaction.many(statements.OUTBOX, [values_of(said, "main")])
        self.clock.now += 2_000
        (receipt,) = await self.courier.deliver_due(self.clock.now)
        return receipt.result

    def end(self) -> None:
        """Close what is open."""
        self.reads.close()
        self.store.close()


async def seen(url: str, **where: Any) -> list[dict[str, Any]]:
    """Return what stands in the channel, or in a thread."""
    client = AsyncWebClient("xoxb-test", base_url=url)
    listed = await client.api_call("conversations.list")
    channel = next(item["id"] for item in listed["channels"] if item["name"] == "td-north")
    method = "conversations.replies" if "ts" in where else "conversations.history"
    found = await client.api_call(method, data={"channel": channel, **where})
    messages: list[dict[str, Any]] = found["messages"]
    return messages


async def test_post_take_escalate_restart_resolve(address: str) -> None:
    """One message in the channel, edited each time; the news in its thread, over a restart."""
    with emulator() as url:
        life = Life(address, url)
        assert await life.say(FIRST) is Result.DELIVERED
        assert await life.say(news(1, Why.IMPROVING, "Taken by Ann")) is Result.DELIVERED
        assert await life.say(news(2, Why.WORSE, "ACT NOW - 30 people")) is Result.DELIVERED
        life.end()
        life = Life(address, url)
        assert await life.say(news(3, Why.RESOLVED, "OVER", is_open=False)) is Result.DELIVERED
        life.end()
        shown = [m for m in await seen(url) if not m.get("thread_ts") or m.get("reply_count")]
        (parent,) = shown
        replies = (await seen(url, ts=parent["ts"]))[1:]
    assert parent["text"] == "OVER (standing)"
    assert parent["metadata"]["event_payload"]["key"] == FIRST.key
    assert not [block for block in parent["blocks"] if block["type"] == "actions"]
    assert [reply["text"] for reply in replies] == ["Taken by Ann", "ACT NOW - 30 people", "OVER"]
    keys = [reply["metadata"]["event_payload"]["key"] for reply in replies]
    assert keys == [f"{number:032}" for number in (1, 2, 3)]

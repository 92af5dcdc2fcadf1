"""The outbox under a long outage: folded in one commit, drained at the sink's rate, no id lost."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from alerts.courier import Courier
from alerts.folding import Heap
from alerts.notice import Why
from alerts.outbox import OutboxRow
from alerts.retry import Result, Verdict
from alerts.signal import Level
from service.store import statements
from service.store.database import Database, open_store
from service.store.decisions import values_of
from service.store.outbox import SqlOutbox
from service.store.reads import Reads
from tests.alerts.fakes import FakeChannel, FakeClock
from tests.alerts.samples import about

DOWN = Verdict(Result.RETRY, "HTTP 503")


class People(FakeChannel):
    """Be a channel that people read, with one message a second in each line."""

    waiting_max = 50
    down = False

    def pace(self, row: OutboxRow) -> tuple[str, int]:
        """Return the line and its interval."""
        return str(row.settings["channel"]), 1_000

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Refuse while down."""
        if self.down:
            return DOWN
        sent = await super().send(row, now)
        return replace(sent, reference=f"C1:{row.key}")


said = partial(about, lines=("Promise: 1h open.",))


class Life:
    """Be a courier on a store."""

    def __init__(self, address: str, channel: FakeChannel, *, is_shared: bool = False) -> None:
        """Open the store."""
        self.store: Database = open_store(address)
        self.reads = Reads.readonly(address)
        self.clock = FakeClock()
        self.looks: list[Heap] = []
        outbox = SqlOutbox(
            self.store.call, self.reads.tuples, is_shared=is_shared, on_look=self.looks.append
        )
        self.courier = Courier(outbox, [channel], clock=self.clock)

    def file(self, rows: Sequence[OutboxRow]) -> None:
        """Write rows."""
        with self.store.transaction() as transaction:
            transaction.many(statements.OUTBOX, [values_of(row, "main") for row in rows])

    async def seconds(self, count: int) -> None:
        """Let time pass."""
        for _ in range(count):
            await self.courier.deliver_due(self.clock(), "slack")
            self.clock.now += 1_000

    def states(self) -> dict[str, str]:
        """Return what became of each row."""
        return {str(k): str(s) for k, s in self.reads.tuples("SELECT key, state FROM outbox")}

    def end(self) -> None:
        """Close what is open."""
        self.reads.close()
        self.store.close()


async def test_the_middle_of_a_conversation_is_folded_behind_a_failure(address: str) -> None:
    """First and last are sent in order; what lay between has a receipt that says by what."""
    channel = People("slack")
    life = Life(address, channel)
    channel.down = True
    life.file([said("a", 1)])
    await life.seconds(2)
    life.file([said("a", number) for number in range(2, 6)])
    await life.seconds(3)
    channel.down = False
    await life.seconds(40)
    assert [row.key for row in channel.sent] == ["a-1", "a-5"]
    assert channel.sent[1].parent == "C1:a-1"
    assert life.states() == {
        "a-1": "sent", "a-2": "folded", "a-3": "folded", "a-4": "folded", "a-5": "sent",
    }  # fmt: skip
    details = life.reads.tuples("SELECT detail FROM receipt WHERE result = 'folded'")
    assert {str(detail) for (detail,) in details} == {"folded into a-5"}
    assert sum(heap.middles for heap in life.looks) == 3
    life.end()


async def test_six_hours_and_ten_thousand_alerts(address: str) -> None:
    """After the outage a person gets some hundred messages, the urgent first, with every id."""
    channel = People("slack")
    life = Life(address, channel, is_shared=address.startswith("postgres"))
    channel.down = True
    life.file([said(f"w{number:05}", 1) for number in range(10_000)])
    life.file([said(f"c{number}", 1, level=Level.CRITICAL) for number in range(5)])
    began = time.monotonic()
    for _ in range(6 * 60):
        await life.courier.deliver_due(life.clock(), "slack")
        life.clock.now += 60_000
    channel.down = False
    await life.seconds(200)
    spent = time.monotonic() - began
    states = life.states()
    told = {alert for row in channel.sent for alert, _ in row.alerts}
    print(f"10,005 rows: {len(channel.sent)} messages, {spent:.1f} s of work for 6 h and 200 looks")
    assert set(states.values()) == {"sent", "folded"}
    assert told == {f"w{n:05}" for n in range(10_000)} | {f"c{n}" for n in range(5)}
    assert len(channel.sent) <= 160
    # One that happened to be due finds out that Slack is back; the urgent ones are next.
    assert {f"c{n}-1" for n in range(5)} <= {row.key for row in channel.sent[:6]}
    assert len({row.key for row in channel.sent}) == len(channel.sent)
    life.end()


async def test_what_may_have_arrived_is_not_told_again_in_a_digest(address: str) -> None:
    """After an ambiguous attempt a message keeps its own key, and so does a begun conversation."""
    channel = People("slack", Verdict(Result.AMBIGUOUS, "no answer"))
    life = Life(address, channel)
    life.file([said("unsure", 1, level=Level.CRITICAL)])
    await life.seconds(1)
    life.file([said("begun", 1)])
    await life.seconds(1)
    life.file([said("begun", 2, why=Why.RESOLVED)])
    life.file([said(f"n{number}", 1) for number in range(80)])
    await life.seconds(100)
    sent = {row.key for row in channel.sent}
    assert {"unsure-1", "begun-1", "begun-2"} <= sent
    assert set(life.states().values()) == {"sent", "folded"}
    life.end()

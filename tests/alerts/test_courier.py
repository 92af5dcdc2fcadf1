"""Delivery: order, patience, crashes, and one channel that hangs."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.courier import LEASE_MS, Attempt, Channel, Courier
from alerts.notice import Why
from alerts.outbox import OutboxRow, Pending, next_in_line
from alerts.retry import HOUR_MS, SCHEDULE_MS, SECOND_MS, Result, Verdict, http
from tests.alerts.fakes import NOON, FakeChannel, FakeClock, FakeOutbox, row

BROKEN = Verdict(Result.RETRY, "HTTP 500")
UNSURE = Verdict(Result.AMBIGUOUS, "no answer")
NEVER = Verdict(Result.PERMANENT, "HTTP 404")


def rows(*abouts: tuple[str, int], channel: str = "console") -> list[OutboxRow]:
    """Return rows about alerts and transition numbers."""
    return [
        row(channel, key=f"{channel}-{alert}-{number}", alerts=((alert, number),), thread="")
        for alert, number in abouts
    ]


def courier(outbox: FakeOutbox, *channels: Channel, clock: FakeClock | None = None) -> Courier:
    """Return a courier over fakes."""
    return Courier(outbox, channels, clock=clock or FakeClock())


async def test_a_broken_answer_is_tried_again() -> None:
    """After a 500 the row comes back five seconds later, under the same key."""
    outbox, channel, clock = FakeOutbox(rows(("a", 1))), FakeChannel("console", BROKEN), FakeClock()
    carrier = courier(outbox, channel, clock=clock)
    (first,) = await carrier.deliver_due(clock())
    assert (first.result, first.next_at) == (Result.RETRY, NOON + 5 * SECOND_MS)
    clock.now += 4 * SECOND_MS
    assert await carrier.deliver_due(clock()) == ()
    clock.now += SECOND_MS
    (second,) = await carrier.deliver_due(clock())
    assert (second.key, second.attempt, second.result) == (first.key, 2, Result.DELIVERED)
    assert outbox.pending == {}


async def test_retry_after_is_obeyed() -> None:
    """A server's wish to be asked later counts more than the schedule."""
    verdict = http(429, "90", NOON)
    outbox = FakeOutbox(rows(("a", 1)))
    (receipt,) = await courier(outbox, FakeChannel("console", verdict)).deliver_due(NOON)
    assert receipt.next_at == NOON + 90 * SECOND_MS


async def test_an_end_never_overtakes_its_beginning() -> None:
    """While the beginning waits for its next try, the end waits too; another alert does not."""
    outbox = FakeOutbox(rows(("a", 1), ("a", 2), ("b", 1)))
    channel, clock = FakeChannel("console", BROKEN), FakeClock()
    carrier = courier(outbox, channel, clock=clock)
    for _ in range(4):
        await carrier.deliver_due(clock())
        clock.now += 5 * SECOND_MS
    assert [sent.key for sent in channel.sent] == ["console-b-1", "console-a-1", "console-a-2"]
    assert channel.most_in_flight == 1


async def test_nothing_is_lost_across_a_crash() -> None:
    """A courier that dies while sending leaves a lease; the next one sends under the same key."""
    outbox = FakeOutbox(rows(("a", 1), ("b", 1)))
    dying = asyncio.create_task(
        courier(outbox, FakeChannel("console", hangs=True)).deliver_due(NOON)
    )
    await asyncio.sleep(0.01)
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    channel = FakeChannel("console")
    follower = courier(outbox, channel)
    assert await follower.deliver_due(NOON + LEASE_MS - 1) == ()
    await follower.deliver_due(NOON + LEASE_MS)
    assert {sent.key for sent in channel.sent} == {"console-a-1", "console-b-1"}
    assert outbox.pending == {}


async def test_a_hanging_channel_delays_only_itself() -> None:
    """While one channel hangs, the other delivers everything it has."""
    outbox = FakeOutbox([*rows(("a", 1), channel="slack"), *rows(("a", 1), ("a", 2), ("a", 3))])
    channel, stop = FakeChannel("console"), asyncio.Event()
    carrier = courier(outbox, FakeChannel("slack", hangs=True), channel)
    running = asyncio.create_task(carrier.run(stop, pause_s=0.001))
    async with asyncio.timeout(5):
        while len(channel.sent) < 3:  # noqa: ASYNC110 - the fake has no event to wait for
            await asyncio.sleep(0.001)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert list(outbox.pending) == ["slack-a-1"]


async def test_a_send_that_hangs_is_ended() -> None:
    """After its time an attempt counts as ambiguous and is filed again."""
    outbox = FakeOutbox(rows(("a", 1)))
    carrier = Courier(
        outbox, [FakeChannel("console", hangs=True)], clock=FakeClock(), send_timeout_s=0.01
    )
    (receipt,) = await carrier.deliver_due(NOON)
    assert (receipt.result, receipt.dead) == (Result.AMBIGUOUS, False)


async def test_a_lease_outlasts_its_send() -> None:
    """A lease that could run out during the send is refused at once."""
    with pytest.raises(ValueError, match="outlast"):
        Courier(FakeOutbox(), [], clock=FakeClock(), lease_ms=1000, send_timeout_s=1.0)


async def test_giving_up_is_told() -> None:
    """A permanent answer ends the row, and the listener hears that it is dead."""
    heard: list[Attempt] = []
    outbox = FakeOutbox(rows(("a", 1)))
    carrier = Courier(
        outbox, [FakeChannel("console", NEVER)], clock=FakeClock(), on_attempt=heard.append
    )
    await carrier.deliver_due(NOON)
    assert [attempt.receipt.dead for attempt in heard] == [True]
    assert outbox.pending == {}


async def test_patience_ends_after_three_days() -> None:
    """A sink that never comes back is given up after the whole schedule, not before."""
    outbox, clock = FakeOutbox(rows(("a", 1))), FakeClock()
    channel = FakeChannel("console", *[UNSURE] * 200)
    carrier = courier(outbox, channel, clock=clock)
    while outbox.pending:
        await carrier.deliver_due(clock())
        clock.now = max((item.next_at for item in outbox.pending.values()), default=clock.now)
    assert len(outbox.receipts) == len(SCHEDULE_MS)
    assert outbox.receipts[-1].dead
    assert 71 * HOUR_MS < clock.now - NOON <= 72 * HOUR_MS


async def test_a_channel_that_raises_stops_nobody() -> None:
    """A mistake inside one channel costs that attempt, and its text is not recorded."""

    class Raising(FakeChannel):
        async def send(self, row: OutboxRow, now: int) -> Verdict:
            raise RuntimeError("https://hooks.example/secret")

    outbox = FakeOutbox([*rows(("a", 1)), *rows(("a", 1), channel="slack")])
    receipts = await courier(outbox, Raising("slack"), FakeChannel("console")).deliver_due(NOON)
    assert {receipt.result for receipt in receipts} == {Result.AMBIGUOUS, Result.DELIVERED}
    assert "secret" not in repr(receipts)


async def test_a_row_that_nobody_serves_is_listed() -> None:
    """A row for a channel that does not exist is given up at once instead of waiting for ever."""
    outbox, stop = FakeOutbox(rows(("a", 1), channel="pigeon")), asyncio.Event()
    running = asyncio.create_task(courier(outbox).run(stop, pause_s=0.001))
    async with asyncio.timeout(5):
        while outbox.pending:  # noqa: ASYNC110 - the fake has no event to wait for
            await asyncio.sleep(0.001)
    stop.set()
    await running
    assert [receipt.dead for receipt in outbox.receipts] == [True]


async def test_run_stops_when_told() -> None:
    """A courier with nothing to do ends at once when told to stop."""
    stop = asyncio.Event()
    running = asyncio.create_task(
        courier(FakeOutbox(), FakeChannel("console")).run(stop, pause_s=60)
    )
    await asyncio.sleep(0.01)
    stop.set()
    async with asyncio.timeout(5):
        await running


async def test_a_courier_that_ends_lets_go_of_its_channels() -> None:
    """A channel that holds connections is asked to close them."""

    class Holding(FakeChannel):
        closed = False

        async def close(self) -> None:
            self.closed = True

    channel, stop = Holding("console"), asyncio.Event()
    stop.set()
    await courier(FakeOutbox(), channel).run(stop, pause_s=60)
    assert channel.closed


@given(st.lists(st.sampled_from([None, BROKEN, UNSURE]), max_size=40), st.data())
async def test_any_weather_keeps_order_and_loses_nothing(
    weather: list[Verdict | None], data: st.DataObject
) -> None:
    """Whatever answers come, every row arrives once under its key, in order for each alert."""
    made = data.draw(st.lists(st.sampled_from("abc"), max_size=12))
    numbers: dict[str, int] = {}
    abouts: list[tuple[str, int]] = []
    for alert in made:
        numbers[alert] = numbers.get(alert, 0) + 1
        abouts.append((alert, numbers[alert]))
    outbox, clock = FakeOutbox(rows(*abouts)), FakeClock()
    answers = [verdict or Verdict(Result.DELIVERED, "ok") for verdict in weather]
    channel = FakeChannel("console", *answers)
    carrier = courier(outbox, channel, clock=clock)
    while outbox.pending:
        await carrier.deliver_due(clock())
        clock.now += HOUR_MS
    told = [sent.alerts[0] for sent in channel.sent]
    assert sorted(told) == sorted(abouts)
    for alert in "abc":
        mine = [number for name, number in told if name == alert]
        assert all(earlier < later for earlier, later in pairwise(mine))


def test_a_message_about_several_waits_for_all_of_them() -> None:
    """A grouped end waits while any of its alerts has an earlier message unsent."""
    single, other = rows(("a", 1), ("c", 1))
    both = replace(single, key="both", alerts=(("a", 2), ("b", 1)), why=Why.RESOLVED)
    after = replace(single, key="after", alerts=(("b", 2),))
    held = [Pending(single, next_at=NOON + 1), Pending(both), Pending(after), Pending(other)]
    assert [item.row.key for item in next_in_line(held, NOON, 9)] == [other.key]
    free = [Pending(both), Pending(after)]
    assert [item.row.key for item in next_in_line(free, NOON, 9)] == ["both"]


def test_a_limit_is_kept() -> None:
    """Never more rows leave than were asked for."""
    held = [Pending(item) for item in rows(("a", 1), ("b", 1), ("c", 1))]
    assert len(next_in_line(held, NOON, 2)) == 2

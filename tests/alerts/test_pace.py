"""Pace: no line faster than it may go, and nobody else held up by it."""

from dataclasses import replace

from alerts.courier import Courier
from alerts.outbox import HEAP, OutboxRow, Pending, next_in_line
from alerts.pace import HOLD_MAX_MS, IN_FLIGHT_MAX, Pace
from alerts.retry import Result, Verdict
from alerts.signal import Level
from tests.alerts.fakes import NOON, FakeChannel, FakeClock, FakeOutbox, row
from tests.bench.hanging import GOOD, delivered


def message(name: str, line: str = "one", channel: str = "console", **changes: object) -> OutboxRow:
    """Return a message in a line."""
    made = row(channel, key=name, alerts=((name, 1),), settings={"channel": line}, thread="")
    return replace(made, **changes)  # type: ignore[arg-type]


class Slow(FakeChannel):
    """Take one message a second in each line."""

    def pace(self, row: OutboxRow) -> tuple[str, int]:
        """Return the line and its interval."""
        return str(row.settings["channel"]), 1_000


async def test_one_message_a_second_in_each_line() -> None:
    """Two lines: each lets one go a second, none waits for the other."""
    rows = [message(f"{line}{number}", line) for number in range(3) for line in "ab"]
    outbox, channel, clock = FakeOutbox(rows), Slow("console"), FakeClock()
    carrier = Courier(outbox, [channel], clock=clock)
    left = []
    for _ in range(7):
        left.append(len(await carrier.deliver_due(clock())))
        clock.now += 500
    assert left == [2, 0, 2, 0, 2, 0, 0]


async def test_a_line_that_wants_to_be_left_alone_is() -> None:
    """After a 429 with ten seconds nothing goes to that line, whatever its own schedule says."""
    rows = [message(f"{line}{number}", line) for number in range(3) for line in "ab"]
    busy = Verdict(Result.RETRY, "HTTP 429", 10_000)
    outbox, clock = FakeOutbox(rows), FakeClock()
    carrier = Courier(outbox, [Slow("console", busy)], clock=clock)
    await carrier.deliver_due(clock())
    sent: list[str] = []
    for _ in range(12):
        clock.now += 1_000
        sent += [receipt.key[0] for receipt in await carrier.deliver_due(clock())]
    assert sent[:2] == ["b", "b"]
    assert len(sent) == 5
    first = [receipt.at for receipt in outbox.receipts if receipt.key[0] == "a"][1]
    assert NOON + 10_000 <= first <= NOON + 11_200


def test_a_hold_of_a_wrong_clock_is_none() -> None:
    """A line that is held for longer than any retry waits is free."""
    pace = Pace(lambda row: ("one", 1_000))
    held = message("a")
    pace.left(held, NOON + 2 * HOLD_MAX_MS)
    pace.back(held, NOON + 2 * HOLD_MAX_MS, arrived=True)
    assert pace.turn(NOON)(held)


def test_places_in_a_line_are_few() -> None:
    """A line without a pace has eight places; who waits in another line has its own."""
    pace = Pace(lambda row: (str(row.settings["channel"]), 0))
    may = pace.turn(NOON)
    asked = [may(message(f"a{number}")) for number in range(12)]
    assert asked.count(True) == IN_FLIGHT_MAX
    assert may(message("b", "two"))


def test_the_most_severe_goes_first_then_the_oldest_and_in_a_heap_the_newest() -> None:
    """Where order is free; inside a conversation it is not."""
    old = message("old", level=Level.WARNING, created_at=NOON - 5)
    new = message("new", level=Level.WARNING)
    loud = message("loud", level=Level.CRITICAL, created_at=NOON - 9)
    behind = message("behind", level=Level.CRITICAL, alerts=(("old", 2),))
    chosen = next_in_line([Pending(item) for item in (old, new, loud, behind)], NOON, 9)
    assert [item.row.key for item in chosen] == ["loud", "old", "new"]
    many = [message(f"m{n}", level=Level.WARNING, created_at=NOON - 9 - n) for n in range(HEAP)]
    heap = next_in_line([Pending(item) for item in (old, new, loud, *many)], NOON, 3)
    assert [item.row.key for item in heap] == ["loud", "new", "old"]


async def test_after_an_outage_nobody_waits_for_his_own_turn() -> None:
    """The first message that arrives frees those that failed before; a lone failure frees nobody."""
    verdicts = [Verdict(Result.RETRY, "HTTP 503")] * 20
    outbox, clock = FakeOutbox([message(f"a{number}") for number in range(4)]), FakeClock()
    channel = FakeChannel("console", *verdicts)
    carrier = Courier(outbox, [channel], clock=clock)
    for wait in (0, 5_000, 30_000, 120_000, 300_000):
        clock.now += wait
        await carrier.deliver_due(clock())
    clock.now += 1_000
    outbox.add(message("news"))
    await carrier.deliver_due(clock())
    assert [row.key for row in channel.sent] == ["news"]
    await carrier.deliver_due(clock())
    assert len(channel.sent) == 5


async def test_one_message_that_always_fails_keeps_its_patience() -> None:
    """It is not tried again because others arrive."""

    class Poisoned(FakeChannel):
        async def send(self, row: OutboxRow, now: int) -> Verdict:
            if row.key == "poison":
                return Verdict(Result.RETRY, "HTTP 500")
            return await super().send(row, now)

    outbox, clock = FakeOutbox([message("poison")]), FakeClock()
    carrier = Courier(outbox, [Poisoned("console")], clock=clock)
    for number in range(100):
        outbox.add(message(f"a{number}"))
        clock.now += 1_000
        await carrier.deliver_due(clock())
    assert outbox.pending["poison"].attempts == 3


async def test_who_hangs_costs_only_itself() -> None:
    """All others are delivered while one line of a channel, or all of another, never answers.

    How long they take is measured by `python -m tests.bench.hanging`.
    """
    for within in (False, True):
        assert len(await delivered(hanging=True, within=within)) == GOOD

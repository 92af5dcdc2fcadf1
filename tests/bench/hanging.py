"""What one channel that hangs costs the others.

`python -m tests.bench.hanging` prints the p99 of 200 messages alone, beside a channel that hangs, and
beside an address of their own channel that hangs.
"""

import asyncio
import time

from alerts.courier import Courier
from alerts.outbox import OutboxRow
from alerts.retry import Result, Verdict
from tests.alerts.fakes import FakeChannel, FakeClock, FakeOutbox, row

GOOD, BAD, LINES = 200, 20, 50
ANSWER_S = 0.005


class Timed(FakeChannel):
    """Answer after a while, and note when; never answer one line."""

    def __init__(self, name: str) -> None:
        """Begin with nothing sent."""
        super().__init__(name)
        self.at: list[float] = []

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Hang, or take five milliseconds."""
        if row.settings["channel"] == "dead":
            await asyncio.Event().wait()
        await asyncio.sleep(ANSWER_S)
        self.at.append(time.monotonic())
        return Verdict(Result.DELIVERED, "ok")


def message(name: str, line: str, channel: str = "console") -> OutboxRow:
    """Return a message to one line of a channel."""
    return row(channel, key=name, alerts=((name, 1),), settings={"channel": line})


async def delivered(*, hanging: bool, within: bool) -> list[float]:
    """Return after how many seconds each of 200 messages was delivered."""
    good = [message(f"g{n}", f"line{n % LINES}") for n in range(GOOD)]
    other = "console" if within else "slack"
    bad = [message(f"b{n}", "dead", other) for n in range(BAD)] if hanging else []
    outbox, channel, stop = FakeOutbox([*bad, *good]), Timed("console"), asyncio.Event()
    carrier = Courier(outbox, [channel, Timed("slack")], clock=FakeClock())
    began = time.monotonic()
    running = asyncio.create_task(carrier.run(stop, pause_s=0.05))
    async with asyncio.timeout(60):
        while len(channel.at) < GOOD:  # noqa: ASYNC110 - the fake has no event to wait for
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return sorted(at - began for at in channel.at)


def p99(times: list[float]) -> float:
    """Return the time within which all but one in a hundred were delivered."""
    return times[len(times) * 99 // 100 - 1]


async def main() -> None:
    """Print the three figures of one run."""
    for name, hanging, within in (
        ("alone", False, False),
        ("beside a channel that hangs", True, False),
        ("beside an address that hangs", True, True),
    ):
        times = await delivered(hanging=hanging, within=within)
        print(f"{name:<29} p99 {p99(times):.3f} s")


if __name__ == "__main__":
    asyncio.run(main())

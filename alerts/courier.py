"""Carry rows from the outbox to people: claim, send, record, try again, give up.

Delivery is at least once under a key that never changes: a row is claimed under a lease, sent, and
marked; a courier that dies in between leaves a lease that runs out.  Each channel is served by its
own loop with its own places, so that one that hangs costs only itself, and within it one address
that hangs (alerts/pace.py) not all the others.  A queue in memory was rejected: it would be
empty after exactly the crash that people need to hear about.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from alerts.outbox import OutboxRow, Pending
from alerts.pace import Pace, Turn, standing_of, waiting_max_of
from alerts.pause import pause
from alerts.retry import Failure, Result, Verdict, failed, wait_ms

LEASE_MS = 120_000
SEND_TIMEOUT_S = 60.0
ROWS_MAX = 20
TOGETHER_S = 0.01
EVERYTHING = Turn()
_FINISHED = {Result.DELIVERED: "sent", Result.FOLDED: "folded"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """Record what came of one attempt; without `next_at` the row is finished."""

    key: str
    attempt: int
    at: int
    result: Result
    detail: str
    next_at: int | None = None
    reference: str = ""

    @property
    def dead(self) -> bool:
        """Tell whether the row was given up, so that it has to be listed."""
        return self.state == "dead"

    @property
    def state(self) -> str:
        """Return what becomes of the row: pending, sent, folded or dead."""
        if self.next_at is not None:
            return "pending"
        return _FINISHED.get(self.result, "dead")


@dataclass(frozen=True, slots=True)
class Attempt:
    """Tell a listener about one attempt, without its words and its address."""

    channel: str
    receiver: str
    created_at: int
    receipt: Receipt
    fell_back: bool = False


class Outbox(Protocol):
    """Keep rows until they are finished; `alerts.outbox.next_in_line` is the order to keep."""

    def claim(
        self, channel: str, now: int, limit: int, lease_ms: int, turn: Turn = EVERYTHING
    ) -> Sequence[Pending]:
        """Lease the rows of one channel that may leave now, durably."""
        ...

    def channels(self) -> Sequence[str]:
        """Name the channels for which rows are unfinished, also those that nobody serves."""
        ...

    def mark(self, receipt: Receipt) -> None:
        """Record an attempt durably, end its lease, and finish the row or file it again."""
        ...


class Channel(Protocol):
    """Reach a person in one way."""

    @property
    def name(self) -> str:
        """Return the name that a reach uses."""
        ...

    def payload(self, row: OutboxRow) -> object:
        """Build what goes over the wire, purely."""
        ...

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Send it once and say what came of it; never raise for a failed delivery."""
        ...


@runtime_checkable
class Closing(Protocol):
    """Be a channel that holds connections."""

    async def close(self) -> None:
        """Let go of them."""
        ...


class Courier:
    """Deliver what is due through the channels it was given."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Sequence[Channel],
        *,
        clock: Callable[[], int],
        jitter: Callable[[], float] = lambda: 0.0,
        on_attempt: Callable[[Attempt], None] = lambda attempt: None,
        lease_ms: int = LEASE_MS,
        send_timeout_s: float = SEND_TIMEOUT_S,
    ) -> None:
        """Take the ports; `clock` returns UTC milliseconds, `jitter` a number from 0 to 0.1."""
        if send_timeout_s * 1000 >= lease_ms:
            raise ValueError("a lease must outlast the send it protects")
        self._outbox = outbox
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._clock = clock
        self._jitter = jitter
        self._on_attempt = on_attempt
        self._lease_ms = lease_ms
        self._send_timeout_s = send_timeout_s
        self._paces: dict[str, Pace] = {}
        self._in_hand: set[str] = set()

    async def deliver_due(self, now: int, channel: str | None = None) -> tuple[Receipt, ...]:
        """Try once every row that may leave now, in one channel or in all of them at once."""
        names = [channel] if channel else sorted({*self._channels, *self._outbox.channels()})
        claimed = [item for name in names for item in self._claim(name, now, ROWS_MAX)]
        return tuple(await asyncio.gather(*map(self._attempt, claimed)))

    async def run(self, stop: asyncio.Event, pause_s: float = 0.25) -> None:
        """Serve each channel in a loop of its own until told to stop, then let go of them."""
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._refuse_strangers(stop, pause_s))
                for name in self._channels:
                    loops.create_task(self._serve(name, stop, pause_s))
        finally:
            for channel in self._channels.values():
                if isinstance(channel, Closing):
                    await channel.close()

    async def _serve(self, channel: str, stop: asyncio.Event, pause_s: float) -> None:
        """Keep as many attempts under way as a channel may have; one that hangs holds one place."""
        stopping = asyncio.create_task(stop.wait())
        under_way: set[asyncio.Task[Receipt]] = set()
        try:
            while not stop.is_set():
                room = ROWS_MAX - len(under_way)
                claimed = self._claim(channel, self._clock(), room) if room else ()
                under_way |= {asyncio.create_task(self._attempt(item)) for item in claimed}
                under_way -= await _some(under_way, stopping, pause_s)
            await asyncio.gather(*under_way)
        finally:
            for task in (stopping, *under_way):
                task.cancel()

    def _claim(self, channel: str, now: int, limit: int) -> Sequence[Pending]:
        pace = self._pace_of(channel)
        free, most = pace.turn(now), waiting_max_of(self._channels.get(channel))
        # Where a lease could not be written, this is what keeps a row from leaving twice at once.
        turn = Turn(lambda row: row.key not in self._in_hand and free(row), pace.recovered, most)
        claimed = self._outbox.claim(channel, now, limit, self._lease_ms, turn)
        for item in claimed:
            self._in_hand.add(item.row.key)
            pace.left(item.row, now)
        return claimed

    def _pace_of(self, channel: str) -> Pace:
        if channel not in self._paces:
            self._paces[channel] = Pace(standing_of(self._channels.get(channel)))
        return self._paces[channel]

    async def _refuse_strangers(self, stop: asyncio.Event, pause_s: float) -> None:
        """Give up rows for channels that nobody serves, so that they are listed."""
        while not stop.is_set():
            for name in sorted(set(self._outbox.channels()) - set(self._channels)):
                await self.deliver_due(self._clock(), name)
            await pause(stop, pause_s)

    async def _attempt(self, pending: Pending) -> Receipt:
        row, attempt = pending.row, pending.attempts + 1
        verdict = await self._send(row)
        receipt = self._receipt(row, attempt, verdict)
        self._outbox.mark(receipt)
        self._in_hand.discard(row.key)
        self._pace_of(row.channel).back(
            row,
            receipt.at,
            arrived=verdict.result is Result.DELIVERED,
            wait_ms=verdict.after_ms or 0,
        )
        fell_back = bool(row.fell_back)
        self._on_attempt(Attempt(row.channel, row.receiver, row.created_at, receipt, fell_back))
        return receipt

    async def _send(self, row: OutboxRow) -> Verdict:
        channel = self._channels.get(row.channel)
        if channel is None:
            return failed(Failure.NOT_CONFIGURED, "no such channel")
        try:
            async with asyncio.timeout(self._send_timeout_s):
                return await channel.send(row, self._clock())
        except TimeoutError:
            return failed(Failure.NO_ANSWER, "timeout")
        # A channel with a mistake in it must not stop its neighbours; only the type of the error
        # is recorded, because its text may hold an address.
        except Exception as error:  # noqa: BLE001
            return failed(Failure.NO_ANSWER, type(error).__name__)

    def _receipt(self, row: OutboxRow, attempt: int, verdict: Verdict) -> Receipt:
        at = self._clock()
        wait = None
        if verdict.result in (Result.RETRY, Result.AMBIGUOUS):
            wait = wait_ms(attempt, verdict.after_ms, self._jitter(), at - row.created_at)
        next_at = None if wait is None else at + wait
        said = verdict.reference
        return Receipt(row.key, attempt, at, verdict.result, verdict.detail, next_at, said)


async def _some(
    under_way: set[asyncio.Task[Receipt]], stopping: asyncio.Task[bool], pause_s: float
) -> set[asyncio.Task[Receipt]]:
    """Wait until attempts end, or for a while; return those that ended together."""
    waiting: set[asyncio.Task[Receipt] | asyncio.Task[bool]] = {stopping, *under_way}
    await asyncio.wait(waiting, timeout=pause_s, return_when=asyncio.FIRST_COMPLETED)
    if under_way:
        await asyncio.wait(under_way, timeout=TOGETHER_S)
    done = {task for task in under_way if task.done()}
    for task in done:
        task.result()
    return done

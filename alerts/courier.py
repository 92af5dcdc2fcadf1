"""Carry rows from the outbox to people: claim, send, record, try again, give up.

Delivery is at least once under a key that never changes: a row is claimed under a lease, sent, and
marked; a courier that dies in between leaves a lease that runs out.  Each channel is served by its
own loop, so that one that hangs costs only itself.  A queue in memory was rejected: it would be
empty after exactly the crash that people need to hear about.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from alerts.outbox import OutboxRow, Pending
from alerts.retry import Failure, Result, Verdict, failed, wait_ms

LEASE_MS = 120_000
SEND_TIMEOUT_S = 60.0
ROWS_MAX = 20


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
        return self.result is not Result.DELIVERED and self.next_at is None


@dataclass(frozen=True, slots=True)
class Attempt:
    """Tell a listener about one attempt, without its words and its address."""

    channel: str
    receiver: str
    created_at: int
    receipt: Receipt


class Outbox(Protocol):
    """Keep rows until they are finished; `alerts.outbox.next_in_line` is the order to keep."""

    def claim(self, channel: str, now: int, limit: int, lease_ms: int) -> Sequence[Pending]:
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

    async def deliver_due(self, now: int, channel: str | None = None) -> tuple[Receipt, ...]:
        """Try once every row that may leave now, in one channel or in all of them at once."""
        names = [channel] if channel else sorted({*self._channels, *self._outbox.channels()})
        claimed = [
            pending
            for name in names
            for pending in self._outbox.claim(name, now, ROWS_MAX, self._lease_ms)
        ]
        return tuple(await asyncio.gather(*map(self._attempt, claimed)))

    async def run(self, stop: asyncio.Event, pause_s: float = 1.0) -> None:
        """Serve each channel in a loop of its own until told to stop."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._refuse_strangers(stop, pause_s))
            for name in self._channels:
                loops.create_task(self._serve(name, stop, pause_s))

    async def _serve(self, channel: str, stop: asyncio.Event, pause_s: float) -> None:
        while not stop.is_set():
            receipts = await self.deliver_due(self._clock(), channel)
            if not receipts:
                await _pause(stop, pause_s)

    async def _refuse_strangers(self, stop: asyncio.Event, pause_s: float) -> None:
        """Give up rows for channels that nobody serves, so that they are listed."""
        while not stop.is_set():
            for name in sorted(set(self._outbox.channels()) - set(self._channels)):
                await self.deliver_due(self._clock(), name)
            await _pause(stop, pause_s)

    async def _attempt(self, pending: Pending) -> Receipt:
        row, attempt = pending.row, pending.attempts + 1
        verdict = await self._send(row)
        receipt = self._receipt(row, attempt, verdict)
        self._outbox.mark(receipt)
        self._on_attempt(Attempt(row.channel, row.receiver, row.created_at, receipt))
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
            wait = wait_ms(attempt, verdict.after_ms, self._jitter())
        next_at = None if wait is None else at + wait
        said = verdict.reference
        return Receipt(row.key, attempt, at, verdict.result, verdict.detail, next_at, said)


async def _pause(stop: asyncio.Event, pause_s: float) -> None:
    try:
        async with asyncio.timeout(pause_s):
            await stop.wait()
    except TimeoutError:
        return

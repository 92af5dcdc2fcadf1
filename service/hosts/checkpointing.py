"""Checkpoints of one shard in the changelog: made by a copy of the process, sent row by row.

The copy has the memory of one instant; meanwhile the shard folds on.  Rows go first, each answered by
the broker, then the manifest, then the older checkpoints' tombstones, and only then are the entries
acknowledged that it covers.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import ClassVar, Protocol

import msgspec

from service import metrics, positions
from service.engine.snapshot import VERSION
from service.hosts.clock import monotonic_s, now_ms
from service.hosts.due import Due
from service.hosts.forking import Copy
from service.hosts.shard import Shard
from service.logs import logger
from service.store.changelog import Row, outdated, rows_of

QUIET_S = 600.0
# So many cases are written in a moment, while the others wait for the shard.
SMALL = 20_000


class Gate(Protocol):
    """Write checkpoint rows and acknowledge entries."""

    async def send(self, partition: int, key: bytes, value: bytes | None) -> None:
        """Write one row and wait until the broker has it."""
        ...

    def acknowledge(self, partition: int, offset: int) -> None:
        """Let entries up to an offset be forgotten."""
        ...


class Checkpointing:
    """Take checkpoints of one shard."""

    VERSION: ClassVar[tuple[int, ...]] = (VERSION,)

    def __init__(self, shard: Shard, partition: int, keys: set[bytes], gate: Gate) -> None:
        """Take the shard, and the keys of the rows that stand in the changelog."""
        self._shard = shard
        self._partition = partition
        self._keys = keys
        self._gate = gate
        self._due = Due(monotonic_s, QUIET_S)
        self._running: asyncio.Task[None] | None = None
        self.offset = shard.offset
        # Of one that was restored the log's time is known: about then it was made.
        self._sent_s = max(shard.stamp, 0) // 1000
        self.show()

    def show(self) -> None:
        """Show the newest checkpoint."""
        if self.offset >= 0:
            positions.checkpointed(self._shard.name, self.offset, self._sent_s)
        else:
            positions.CHECKPOINT_AT.labels(self._shard.name).set(0)

    def count(self, events: int) -> None:
        """Count what was folded since the last checkpoint."""
        self._due.count(events)

    def know(self, keys: Iterable[bytes]) -> None:
        """Know of rows that came from the changelog."""
        self._keys |= {*keys}

    async def look(self) -> None:
        """Begin a checkpoint if one is due; raise what a running one met."""
        if self._running is not None and self._running.done():
            running, self._running = self._running, None
            running.result()
        if self._running is None and self._due.is_due(self._shard.loop.engine):
            self._due.begin()
            offset, copy = self._shard.offset, Copy(self._encoded)
            self._running = asyncio.create_task(self._finish(offset, copy))

    def cancel(self) -> bool:
        """Leave a checkpoint that is being made; tell whether there was one."""
        running, self._running = self._running, None
        return running is not None and running.cancel()

    async def leave(self) -> None:
        """Finish, or take a last one while it is small, so that the next owner begins here."""
        if self.cancel():
            return
        engine = self._shard.loop.engine
        if not engine.begun or engine.is_moving or self._shard.offset <= self.offset:
            return
        if sum(len(track.cases) for track in engine.tracks) <= SMALL:
            await self._send(self._shard.offset, self._rows())

    async def end(self) -> None:
        """Take a last one however large it is: nothing may be folded behind it by these rules."""
        if self._running is not None:
            await self._running
            self._running = None
        if self._shard.loop.engine.begun and self._shard.offset > self.offset:
            await self._send(self._shard.offset, self._rows())

    def _rows(self) -> list[Row]:
        shard = self._shard
        return list(rows_of(shard.name, shard.offset, shard.parts(), self.VERSION))

    def _encoded(self) -> bytes:
        return msgspec.msgpack.encode(self._rows())

    async def _finish(self, offset: int, copy: Copy) -> None:
        answer = await asyncio.to_thread(_whole, copy)
        if not answer:
            logger().warning("a checkpoint could not be made", shard=self._shard.name)
            metrics.CHECKPOINTS.labels("failed").inc()
            return
        await self._send(offset, msgspec.msgpack.decode(answer, type=list[Row]))
        took_s = monotonic_s() - self._due.since_s
        positions.CHECKPOINT_SECONDS.labels(self._shard.name).set(took_s)

    async def _send(self, offset: int, rows: Sequence[Row]) -> None:
        for key, value in rows:
            await self._gate.send(self._partition, key, value)
        self._keys |= {key for key, _ in rows}
        self.offset = offset
        for key in outdated(self._shard.name, self._keys):
            await self._gate.send(self._partition, key, None)
            self._keys.discard(key)
        self._gate.acknowledge(self._partition, offset)
        metrics.CHECKPOINTS.labels("written").inc()
        self._sent_s = now_ms() // 1000
        self.show()


def _whole(copy: Copy) -> bytes:
    """Wait for all of a copy's answer."""
    while (answer := copy.poll(1.0)) is None:
        pass
    return answer

"""What Faust does here: it deals out the shards, brings their entries and keeps checkpoints.

Faust hosts and never decides: everything below is about partitions.  Each line that looks odd is an
answer to something that was measured (09, section 3), and a plain consumer loop could stand here.

    log partition --> agent --> Worker.take --> (checkpoint rows, manifest) --> acknowledge

An exception in an agent would make Faust skip the event, so whatever is raised ends the process.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from service.hosts.dealt import Worker
from service.hosts.faust_client import DEAL, EndingWorker, make_app, tell_deals
from service.hosts.faust_rows import Rows
from service.hosts.running import SilentError
from service.logs import logger
from service.transport import Transport

SILENT_S, RECOVERY_S, WAKE_S, FLUSH_S, LOOK_S = 15.0, 120.0, 0.5, 0.05, 0.25
# Shorter than a session and than a stop: whoever waits for a store that is away holds up nobody.
LEAVE_S = 5.0


class FaustHost:
    """Run a worker's shards as partitions of the log's topic."""

    def __init__(
        self, transport: Transport, shards: int, member: str, worker: Worker, folder: Path
    ) -> None:
        """Make the app; nothing is connected before it is started.  `folder` is Faust's."""
        self._worker = worker
        self._held: dict[int, list[tuple[int, Any]]] = {}
        self._folded: dict[int, int] = {}
        self._came_s = 0.0
        self._whole_s = float("inf")
        self._recovering = self._calls = 0
        self._lock = asyncio.Lock()
        self.app = make_app(transport, member, folder)
        raw: dict[str, Any] = {"key_type": bytes, "value_type": bytes, "partitions": shards}
        plain: dict[str, Any] = {"key_serializer": "raw", "value_serializer": "raw"}
        self._log = self.app.topic(transport.topic("log"), **raw, **plain)
        self._table = self.app.Table("checkpoint", **raw)
        self._table.on_recover(self._guarded(self._recover))
        tell_deals(self._recovery)
        self._rows = Rows(self._recovery)
        self.app.agent(self._log, concurrency=1)(self._fold)
        self.app.task(self._guarded(self._beat))
        self.app.on_partitions_revoked.connect(self._revoked)
        self.app.on_before_shutdown.connect(self._before_shutdown)

    def run(self) -> NoReturn:
        """Run Faust's worker until a signal comes."""
        worker = EndingWorker(self.app, loglevel="WARNING", quiet=True, override_logging=False)
        worker.spinner = None
        worker.execute_from_commandline()

    async def send(self, partition: int, key: bytes, value: bytes | None) -> None:
        """Write one row of the changelog and wait until the broker has it."""
        await self._table.send_changelog(partition, key, value)

    def acknowledge(self, partition: int, offset: int) -> None:
        """Let Faust commit what a checkpoint covers, and nothing later."""
        held = self._held.get(partition, [])
        while held and held[0][0] <= offset:
            held.pop(0)[1].ack()

    async def _fold(self, stream: Any) -> None:
        async for event in stream.noack().events():
            try:
                async with self._lock:
                    await self._one(event, event.message.partition, event.message.offset)
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001 - Faust would skip the event
                self._worker.crash(error)

    async def _one(self, event: Any, partition: int, offset: int) -> None:
        message = event.message
        self._came_s = asyncio.get_running_loop().time()
        stamp, raw = int(message.timestamp * 1000), message.value
        again = await self._worker.take(partition, offset, stamp, raw)
        if again is not None:
            if message.tp in self._mine():
                await self.app.consumer.seek_again(message.tp, again)  # type: ignore[attr-defined]
            return
        # What is folded may go; the event itself must be held until it is covered.
        message.value = event.value = None
        self._held.setdefault(partition, []).append((offset, event))
        self._folded[partition] = offset

    async def _recover(self) -> None:
        """Make the shards that came, while nothing can flow; Faust may deal anew meanwhile.

        It leaves a call then and makes the next, and does not end the one before: whoever is
        overtaken does nothing, else it would close a flow that nobody opens again.
        """
        self._recovering += 1
        self._calls += 1
        try:
            await self._take_over((DEAL.get(), self._mine()), self._calls)
        finally:
            self._recovering -= 1

    @property
    def _recovery(self) -> Any:
        """Return what reads the changelog."""
        return self.app.tables.recovery  # type: ignore[attr-defined]

    def _deal(self) -> tuple[int, set[Any]]:
        return self.app.consumer_generation_id, self._mine()

    async def _take_over(self, deal: tuple[int, set[Any]], call: int) -> None:
        mine = deal[1]
        await self._all_read(deal)
        firsts = await self.app.consumer.earliest_offsets(*mine) if mine else {}
        async with self._lock:
            if call != self._calls or deal != self._deal():
                return  # Faust comes here again for the next deal, and must be able to read for it
            await self._guard(firsts)
            known = {tp.partition: firsts[tp] for tp in mine}
            await self._worker.restore(known, self._table.data)
            self._held = {partition: [] for partition in known}
            self._folded = dict.fromkeys(known, -1)
        self._came_s = asyncio.get_running_loop().time()

    async def _all_read(self, deal: tuple[int, set[Any]]) -> None:
        """Wait for rows that Faust still reads: it may come for one deal when the next has begun."""
        began, recovery = asyncio.get_running_loop().time(), self._recovery
        while recovery.need_recovery() and deal == self._deal():
            if asyncio.get_running_loop().time() - began > SILENT_S:
                raise SilentError(SILENT_S)
            await asyncio.sleep(FLUSH_S)
        recovery.signal_recovery_end.clear()

    async def _guard(self, firsts: Mapping[Any, int]) -> None:
        """Lose nothing of what Faust fetched too early, for it clears that when the flow opens again.

        It would resume the log while the flow is open: so it is closed.  And it seeks back only to
        what is committed: so where nothing is yet, the log is read from its beginning.
        """
        self.app.consumer.stop_flow()
        self.app.flow_control.suspend()
        for tp, first in firsts.items():
            await self.app.consumer.seek(tp, first)

    async def _revoked(self, *told: Any, **_: Any) -> None:
        revoked: set[Any] = told[1]
        mine = {tp.partition for tp in revoked if tp.topic == self._log.get_topic_name()}
        await self._guarded(partial(self._leave, mine))()

    async def _before_shutdown(self, *_: Any, **__: Any) -> None:
        if not self.app.crashed:
            await self._guarded(partial(self._leave, set(self._held)))()

    async def _leave(self, partitions: set[int]) -> None:
        """Let shards leave, in a bounded time: the lock is held for as long as the store is away.

        Then they stay as they are.  The next owner folds them again, and of two only one can write.
        """
        try:
            async with asyncio.timeout(LEAVE_S), self._lock:
                await self._worker.leave(partitions)
                await self.app.consumer.commit()
        except TimeoutError:
            logger().warning("shards leave as they are", partitions=sorted(partitions))
        finally:
            self._held = {one: held for one, held in self._held.items() if one not in partitions}

    async def _beat(self) -> None:
        """Make durable what waits, and now and then see to it that the log comes."""
        looked_s = 0.0
        while not self.app.should_stop:
            await asyncio.sleep(FLUSH_S)
            await self._flush()
            now = asyncio.get_running_loop().time()
            if now - looked_s > LOOK_S:
                looked_s = now
                await self._see_to_the_log(now)

    async def _flush(self) -> None:
        """Make durable what waits; while that takes long, no log is called silent: we do not ask it."""
        began = asyncio.get_running_loop().time()
        async with self._lock:
            await self._worker.flush(self._ends())
        now = asyncio.get_running_loop().time()
        self._came_s = min(self._came_s + now - began, now)

    async def _see_to_the_log(self, now: float) -> None:
        """End a worker that is not brought its shards' log, or never gets shards that it was dealt."""
        if self._held and not self.app.in_recovery and now - self._came_s > SILENT_S:
            await self._ask_for_more()
        if {tp.partition for tp in self._mine()} <= self._held.keys():
            self._whole_s = now
        elif now - self._whole_s > RECOVERY_S:
            raise SilentError(RECOVERY_S)
        elif now - self._whole_s > WAKE_S:
            await self._rows.read_on(self.app.consumer, now)
            if not self._recovering:
                self._rows.wake()

    def _mine(self) -> set[Any]:
        """Return the partitions of the log that are dealt to us."""
        topic = self._log.get_topic_name()
        return {tp for tp in self.app.consumer.assignment() if tp.topic == topic}

    def _ends(self) -> dict[int, int]:
        """Return the newest offset as of the last fetch; nothing of a partition never fetched."""
        try:
            found: dict[int, int | None] = {
                tp.partition: self.app.consumer.highwater(tp) for tp in self._mine()
            }
        except (AssertionError, AttributeError):  # dealt anew by the client's thread meanwhile
            return {}
        return {partition: end - 1 for partition, end in found.items() if end is not None}

    async def _ask_for_more(self) -> None:
        mine = self._mine()
        ends = await self.app.consumer.highwaters(*mine) if mine else {}
        if any(end > self._folded.get(tp.partition, -1) + 1 for tp, end in ends.items()):
            raise SilentError(SILENT_S)
        self._came_s = asyncio.get_running_loop().time()

    def _guarded(self, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def guarded() -> None:
            try:
                await work()
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001 - Faust would swallow it
                self._worker.crash(error)

        return guarded

"""An engine worker: shards folded as their entries come, made durable, and covered by checkpoints.

    take -> fold -> one SQL transaction -> checkpoint rows, manifest -> acknowledge

The order is what makes it exact (01, section 7): whoever starts again folds from the last manifest on,
gets the same frames under the same numbers, and the position in the store drops what is applied.  A
store that is away is waited for; everything else that goes wrong ends the process, since Faust would
go on behind an error.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, MutableMapping
from typing import Any

from service import metrics
from service.errors import (
    DamagedError,
    ErosionError,
    StorageFullError,
    StoreAwayError,
    UnreachableError,
)
from service.hosts.checkpointing import Checkpointing, Gate
from service.hosts.clock import monotonic_s
from service.hosts.collector import loading
from service.hosts.load import Load
from service.hosts.pulse import Pulse
from service.hosts.running import ComeBackError, Running
from service.hosts.shard import HoleError, OtherRulesError, Shard
from service.hosts.teaching import Teaching, by_topic
from service.log.decided import Record, aside_record, failed_record
from service.logs import logger
from service.store.changelog import newest
from service.store.database import Database
from service.watching import Watcher

# Names this process among those that failed at the same entry.
LIFE = os.urandom(6).hex()
TURN_S, REPORT_S, AWAY_S = 0.05, 1.0, 0.5
FAILED = 70


class EngineWorker:
    """Run shards for whoever brings their entries."""

    def __init__(
        self,
        store: Database,
        make: Callable[[int], Awaitable[Shard]],
        note: Callable[[Record], Coroutine[Any, Any, None]],
        member: str,
    ) -> None:
        """Take the store, what makes a shard of its number, and what notes a record for all."""
        self._store = store
        self._make = make
        self._note = note
        self.member = member
        self.gate: Gate
        self.trouble = "no shard yet"
        self.pulse = Pulse(show=metrics.HEARTBEAT.set_to_current_time)
        self.pulse.rest()
        self.running: dict[int, Running] = {}
        self._known: set[int] = set()
        self._left: dict[int, Running] = {}

    async def restore(self, firsts: Mapping[int, int], rows: MutableMapping[bytes, bytes]) -> None:
        """Run the shards that are dealt to us, and no others; `firsts` is where their log begins.

        It may be told twice of one deal, so what runs is looked at like what has left.
        """
        self.pulse.rest()
        left, self.running = self._left | self.running, {}
        for running in left.values():
            running.watcher.forget()
        self._left = {number: one for number, one in left.items() if number in firsts}
        self._known &= firsts.keys()
        for partition, first in sorted(firsts.items()):
            shard = await self._made(partition)
            names = [key for key in [*rows] if key.startswith(f"{shard.name}/".encode())]
            mine = {key: rows.pop(key) for key in names}
            if not self._goes_on(partition, shard, mine.keys()):
                self.running[partition] = self._begun(partition, shard, mine, first)
        self.trouble = ""

    def _goes_on(self, partition: int, made: Shard, keys: Iterable[bytes]) -> bool:
        """Go on with a shard that was ours just now, if nobody moved it meanwhile."""
        before = self._left.pop(partition, None)
        if before is None or not before.shard.goes_on(made):
            return False
        before.checkpoints.know(keys)
        before.checkpoints.show()
        self.running[partition] = before
        logger().info("a shard goes on", shard=made.name, offset=before.shard.offset)
        return True

    def _begun(
        self, partition: int, shard: Shard, rows: Mapping[bytes, bytes], first: int
    ) -> Running:
        """Make a shard of its newest checkpoint; refuse to begin without its past."""
        if partition in self._known:
            raise ComeBackError(partition)
        self._known.add(partition)
        with loading():
            found, passed_over = newest(shard.name, rows, Checkpointing.VERSION)
            if found is not None:
                shard.restore(found)
        for reason in passed_over:
            logger().warning("a checkpoint cannot be trusted and is passed over", detail=reason)
        if first > shard.offset + 1:
            raise DamagedError(
                f"the log of shard {shard.name} begins at {first}, and no checkpoint covers it",
                "bring its beginning or its checkpoints back; an engine with half a past would lie",
            )
        checkpoints = Checkpointing(shard, partition, set(rows), self.gate)
        watcher, load = Watcher(shard.loop), Load(monotonic_s)
        logger().info("a shard begins", shard=shard.name, offset=shard.offset)
        teaching = Teaching(lambda: shard.loop.engine.plan, by_topic(self._note))
        return Running(partition, shard, checkpoints, watcher, load, teaching)

    async def take(self, partition: int, offset: int, stamp: int, raw: bytes) -> int | None:
        """Fold an entry; return an offset to read again from, if there is a hole before this one."""
        running = self.running.get(partition)
        if running is None or self._is_over(running):
            return None
        try:
            with running.load.work():
                events = running.shard.take(offset, stamp, raw)
        except HoleError as hole:
            running.sought.meet(hole.wanted, str(hole), monotonic_s())
            return hole.wanted
        except OtherRulesError as error:
            await self._end(running, error)
            return None
        except ErosionError:
            raise
        except Exception:
            await self._note(failed_record(running.shard.name, offset, LIFE))
            raise
        await self._set_aside(running.shard)
        running.checkpoints.count(events)
        running.load.took(events)
        if monotonic_s() - running.settled_s >= TURN_S:
            await self._turn(running)
        return None

    async def flush(self, ends: Mapping[int, int]) -> None:
        """Make durable what waits, and cover it by a checkpoint when one is due."""
        for partition, running in [*self.running.items()]:
            running.end = ends.get(partition, running.end)
            await self._turn(running)
        self.pulse.beat()

    async def leave(self, partitions: set[int]) -> None:
        """Make shards durable that another worker may run; what cannot be is folded again there.

        Whenever a worker joins, all shards leave, and most are dealt to the same workers again: so
        they are kept until it is known whose they are.  Whoever calls says how long it may take.
        """
        leaving = [self.running.pop(number) for number in partitions & self.running.keys()]
        try:
            for running in leaving:
                await self._settle_last(running)
        finally:  # also when the time is up
            for one in leaving:
                one.checkpoints.cancel()
                self._left[one.partition] = one
                one.watcher.forget()
                logger().info("a shard leaves", shard=one.shard.name, offset=one.shard.offset)

    def crash(self, error: BaseException) -> None:
        """Log an error and end the process at once: whoever starts it again begins from a checkpoint."""
        code = error.exit_code if isinstance(error, ErosionError) else FAILED
        hint = error.hint if isinstance(error, ErosionError) else ""
        logger().critical("the worker ends", detail=repr(error), hint=hint, exc_info=error)
        os._exit(code)

    def _is_over(self, running: Running) -> bool:
        """Tell whether a shard stands before newer rules; raise once all that run here do."""
        over = [one.over for one in self.running.values()]
        if running.over is not None and all(over):
            raise running.over
        return running.over is not None

    async def _end(self, running: Running, error: OtherRulesError) -> None:
        """Leave a shard exactly before newer rules: its last checkpoint, and word of it, come first."""
        if error.is_older:
            raise error
        await self._settle(running)
        self.pulse.rest()  # all of its state is written, and the brokers may be slow
        await running.checkpoints.end()
        running.over, running.rules = error, error.number
        await self._settle(running)
        shard = running.shard.name
        logger().warning("a shard waits for newer rules", shard=shard, rules=error.number)

    async def _settle_last(self, running: Running) -> None:
        try:
            await self._settle(running)
            await running.checkpoints.leave()
        except ErosionError as error:
            logger().warning("a shard leaves as it is", detail=str(error))

    async def _turn(self, running: Running) -> None:
        told = monotonic_s() - running.told_s >= REPORT_S
        if running.shard.has_news or told:
            await self._settle(running)
        running.teaching.look(running.shard.loop.engine.asks())
        await running.checkpoints.look()

    async def _settle(self, running: Running) -> None:
        """Commit what waits; a store that is away is asked again until it answers."""
        shard, is_sure = running.shard, True
        while True:
            try:
                if not is_sure:
                    shard.reopen(self._store)
                with running.load.work():
                    applied = running.commit(self._store, self.member)
            except (StoreAwayError, StorageFullError) as error:
                logger().warning("nothing can be written", shard=shard.name, detail=str(error))
                metrics.AWAY.set(1)
                self.trouble = str(error)
                is_sure = False
                self.pulse.beat()
                await asyncio.sleep(AWAY_S)
            else:
                metrics.AWAY.set(0)
                self.trouble = ""
                shard.settled()
                running.watcher.after_turn(applied)
                running.show()
                running.settled_s = running.told_s = monotonic_s()
                return

    async def _set_aside(self, shard: Shard) -> None:
        """Let everybody know what was found to blame, before any result of it is kept."""
        while shard.found:
            offset, places, sources = shard.found[0]
            await self._note(aside_record(shard.name, offset, places, sources))
            metrics.SET_ASIDE.inc(len(places))
            shard.found.pop(0)

    async def _made(self, partition: int) -> Shard:
        while True:
            try:
                return await self._make(partition)
            except (StoreAwayError, UnreachableError) as error:
                logger().warning("a shard cannot be made yet", detail=str(error))
                await asyncio.sleep(AWAY_S)

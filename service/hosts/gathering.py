"""One life of an intake: raw topics in, cuts and ticks into the log, and only then the commit.

    read -> decode and cut -> append to every shard -> (each second) look for a new plan -> commit

Whatever goes wrong ends this life: what was in hand is read again by the next one, here or in
another process, and the fence drops what the log has already.  A raw offset is committed only after
the look for a new plan that follows its append: a cut that was routed by an old plan behind a new one
is refused by whoever folds, and must still be there to be read again.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from service import metrics
from service.engine.plan import Plan
from service.hosts.timing import BrokerTime
from service.intake.aligned import Aligned, step_of
from service.intake.cutting import RECORDS_MAX, Cutter, Place, Slice, together
from service.intake.kafka import RawReader
from service.log.decided import Decided, InForce
from service.log.entry import Entry, Mark, Tick, Told
from service.log.kafka import Controls, LogWriter
from service.log.passed import DOOR
from service.log.reading import FIRST
from service.positions import Behind

QUIET_MS, LINGER_S, TICK_S = 100, 0.02, 1.0
LINGER_RECORDS = 500


class Sources(Protocol):
    """Know what the records of a plan's topics need and are worth."""

    async def prepare(self, slices: Sequence[Slice]) -> None:
        """Fetch what records need before they can be read."""
        ...

    def heard(self, topic: str, until: int) -> int:
        """Return how far a topic that was read until an instant was heard."""
        ...


class NewTopicsError(Exception):
    """End a life because there are other topics to read: only a new reader can join for them."""


class Gathering:
    """Join the reader of the raw topics, the writer of the log and what is decided."""

    def __init__(
        self,
        parts: tuple[RawReader, LogWriter, Controls],
        decided: Decided,
        cutter: Callable[[Plan], tuple[Cutter, Sources]],
        monotonic_s: Callable[[], float],
        *,
        clock_events: bool = False,
        behind: Behind | None = None,
    ) -> None:
        """Take started parts, and what is decided, a plan at least; `cutter` makes one for a plan."""
        self._reader, self._writer, self._controls = parts
        self._make = cutter
        self._time = BrokerTime(monotonic_s)
        self._monotonic_s = monotonic_s
        self._aligned = Aligned() if clock_events else None
        self._decided = decided
        self._cutter: Cutter
        self._sources: Sources
        self._plan: InForce
        self._followed = 0
        self._newest = self._ticked_at = FIRST
        self._step_ms = 0
        self._reached: dict[Place, int] = {}
        self._safe: dict[Place, int] = {}
        self._asked: dict[Place, tuple[int, int]] = {}
        self._ticked_s = float("-inf")
        self._behind = behind or Behind()

    async def run(self, stop: asyncio.Event, beat: Callable[[], None]) -> None:
        """Gather until told to stop; raise what ended this life."""
        await self._follow()
        while not stop.is_set():
            beat()
            began_s = self._monotonic_s()
            count = await self._step()
            if self._monotonic_s() - self._ticked_s >= TICK_S:
                await self._second()
            elif self._aligned is not None and self._newest - self._ticked_at >= self._step_ms:
                await self._tick()
            if 0 < count < LINGER_RECORDS:
                await asyncio.sleep(max(LINGER_S - (self._monotonic_s() - began_s), 0))
        await self._second()

    async def _step(self) -> int:
        """Read once and append what came; return how many records."""
        deal = self._reader.deal
        slices = await self._read()
        async with self._reader.busy:
            if deal != self._reader.deal:
                slices = []
                if self._aligned is not None:
                    self._aligned.forget()
            opened, self._reader.opened = self._reader.opened, []
            lost, self._reader.lost = self._reader.lost, []
            for gone in lost:
                self._reached.pop(Place(gone.topic, gone.partition), None)
                await self._to_all(gone.topic, gone)
            for one in opened:
                self._begin(Place(one.topic, one.partition), one.first)
            await self._send([*opened, *slices])
        return sum(len(one.records) for one in slices)

    def _begin(self, place: Place, position: int) -> None:
        """Forget what we knew of a partition when it was ours before: others have been at it."""
        self._safe[place] = self._reached[place] = position
        self._asked.pop(place, None)

    async def _read(self) -> list[Slice]:
        if self._aligned is None:
            return await self._reader.read(QUIET_MS)
        return await self._read_aligned(self._aligned)

    async def _read_aligned(self, aligned: Aligned) -> list[Slice]:
        """Read until there is enough for a cut: what may leave at once is what one partition lets."""
        found: list[Slice] = []
        until: int | None = None
        deal = self._reader.deal
        while sum(len(one.records) for one in found) < RECORDS_MAX:
            ends = await self._reader.ends()
            if deal != self._reader.deal:
                break  # what was read is forgotten, and nothing of the new deal must be with it
            wanted = aligned.wanted(self._reader.positions, ends)
            if wanted or aligned.first() is None:
                found += aligned.put(await self._reader.read(QUIET_MS, wanted))
            if until is None and (first := aligned.first()) is not None:
                until = first + self._step_ms
            leaving = aligned.take(self._reader.positions, ends, until or FIRST)
            if not leaving:
                break
            found += leaving
        return found

    async def _send(self, slices: Sequence[Slice]) -> None:
        for group in together(slices):
            await self._cut(group)

    async def _cut(self, slices: Sequence[Slice]) -> None:
        await self._sources.prepare(slices)
        cuts = self._cutter.cut(slices, self._time.now() or 0)
        self._newest = max(self._newest, self._cutter.newest)
        for shard, cut in cuts.items():
            await self._append(shard, self._stamped(cut))
        for key, value, headers in self._cutter.take_letters(self._time.now() or 0):
            await self._writer.bury(key, value, headers)
        self._reached |= {Place(one.topic, one.partition): one.to for one in slices}
        metrics.TAKEN.inc(sum(len(one.records) for one in slices))
        # What came through a door was counted there.
        for bad in (bad for cut in cuts.values() for bad in cut.rejected):
            if not bad.origin.partition("/")[0].endswith(f".{DOOR}"):
                metrics.REJECTED.labels(bad.reason.value).inc()

    def _stamped(self, entry: Any) -> Any:
        """Let an entry bring the events' own time, where that is asked for."""
        return entry if self._aligned is None else entry._replace(stamp=self._newest)

    async def _append(self, shard: str, entry: Entry) -> None:
        appended = await self._writer.append(self._plan.plan.shards.index(shard), entry)
        self._time.told(appended.stamp)

    async def _to_all(self, topic: str, entry: Entry) -> None:
        for shard in self._cutter.topics.get(topic, ()):
            await self._append(shard, entry)

    async def _second(self) -> None:
        """Tick, look for a new plan, and commit what was appended before the look."""
        self._ticked_s = self._monotonic_s()
        await self._reader.look()
        reached = dict(self._reached)
        await self._tick()
        await self._look()
        if self._decided.changes != self._followed:
            await self._follow()
        else:
            self._safe = reached
            await self._reader.commit(reached)

    async def _look(self) -> None:
        """Take what was decided meanwhile."""
        for accepted in self._decided.take_all(await self._controls.news()):
            await self._accept(accepted)
        for shard, told in self._decided.fresh():
            await self._append(shard, told)

    async def _tick(self) -> None:
        """Vouch for what was asked a while ago and has been appended since, then ask again."""
        heard = self._time.now()
        self._ticked_at = self._newest
        if self._aligned is not None:
            # Nothing that is held back is older than what has left.
            self._asked = {p: (at, self._newest) for p, at in self._reached.items()}
        done = {p: a for p, a in self._asked.items() if self._reached.get(p, -1) >= a[0]}
        for shard in self._plan.plan.shards:
            mine = {t for t, shards in self._cutter.topics.items() if shard in shards}
            marks = [self._mark(p, *a) for p, a in sorted(done.items()) if p.topic in mine]
            counts = {t: i.partitions for t, i in self._reader.identities.items() if t in mine}
            await self._append(shard, self._stamped(Tick(marks, counts, dict(self._cutter.alive))))
        left = {p: a for p, a in self._asked.items() if p not in done}
        if heard is not None and self._aligned is None:
            ends = await self._reader.ends()
            reached = self._reader.positions | self._reached
            self._behind.show({p: end - reached.get(p, end) for p, end in ends.items()})
            left = {p: (end, heard) for p, end in ends.items()} | left
        self._asked = {p: a for p, a in left.items() if p in self._reader.positions}

    def _mark(self, place: Place, end: int, heard: int) -> Mark:
        found = self._reader.identities.get(place.topic)
        until = self._sources.heard(place.topic, heard)
        return Mark(place.topic, "" if found is None else found.id, place.partition, end, until)

    async def _follow(self) -> None:
        """Send by what is decided from now on; what was sent by an older plan is read again."""
        plan = self._decided.plan
        if plan is None:
            return
        self._followed = self._decided.changes
        before = self._cutter if hasattr(self, "_cutter") else None
        self._plan, self._step_ms = plan, step_of(plan.plan)
        self._cutter, self._sources = self._make(plan.plan)
        for shard in plan.plan.shards:
            for told in self._decided.controls(shard):
                await self._append(shard, told)
            if self._aligned is None:
                await self._append(shard, Told("start", {"kind": "start"}))
        if before is not None and [*before.topics] != [*self._cutter.topics]:
            raise NewTopicsError
        if before is not None and before.routing != self._cutter.routing:
            self._reader.rewind(self._safe)
            if self._aligned is not None:
                self._aligned.forget()
            self._reached = {p: min(at, self._safe.get(p, at)) for p, at in self._reached.items()}

    async def _accept(self, accepted: Told) -> None:
        """Tell the shards to go on behind a gap, and read there."""
        gap = accepted.control
        place = Place(gap["topic"], gap["partition"])
        await self._to_all(place.topic, accepted)
        self._reached.pop(place, None)
        await self._reader.accept(place.topic, place.partition, gap["next"])

"""Reading the operational topics as one of a group, with every position accounted for.

Positions are ours, not the client's: a partition begins where the group left off, or at its very
beginning; a position that is not there any more is told as lost, never jumped over.  A batch that was
fetched before the partitions were dealt out anew is thrown away, since another reader has them now.
Committing what is not yet safely in the log was rejected however it was dressed: only the caller
knows what is, so only the caller commits.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)

from service.intake.consumer import Question, raw_consumer
from service.intake.cutting import Place, Record, Slice
from service.intake.lenient import read_leniently
from service.log.entry import Lost
from service.log.identity import Identities, Identity
from service.log.reach import let_go
from service.transport import Transport

# What the client may take beyond the time that it was given.
GRACE_S = 0.1


class RawReader(ConsumerRebalanceListener):  # type: ignore[misc]
    """Read the raw topics; one life of a consumer."""

    def __init__(
        self,
        transport: Transport,
        topics: Collection[str],
        member: str = "",
        accepted: Callable[[Place, str, int], bool] = lambda *_: False,
    ) -> None:
        """Take the way to the brokers; a member's name keeps its partitions over a restart.

        `accepted` tells, of a partition, its incarnation and a position, whether a gap up to there or
        further was accepted.
        """
        self._topics = sorted(topics)
        self._accepted = accepted
        self._failed: Exception | None = None
        self._identities = Identities(transport)
        self._consumer = raw_consumer(transport, member)
        self.identities: Mapping[str, Identity] = {}
        self.missing: frozenset[str] = frozenset()
        self.is_lenient = False
        self.positions: dict[Place, int] = {}
        self.opened: list[Slice] = []
        self.lost: list[Lost] = []
        self.deal = 0
        self._reading: Question | None = None
        self.busy = asyncio.Lock()

    async def start(self) -> None:
        """Connect and join the group for the topics that there are."""
        await self._identities.start()
        await self.look()
        self.missing = frozenset(self._topics).difference(self.identities)
        await self._consumer.start()
        # Most brokers make what a client asks for: a topic that was mistyped would stand there, silent.
        if there := [name for name in self._topics if name not in self.missing]:
            self._consumer.subscribe(there, listener=self)

    def has_come(self) -> bool:
        """Tell whether a topic that was missing is there now: only another reader can join for it."""
        return not self.missing.isdisjoint(self.identities)

    async def stop(self) -> None:
        """Leave the group."""
        if self._reading is not None:
            self._reading.answer.cancel()
        await let_go(self._consumer)
        await self._identities.stop()

    async def look(self) -> None:
        """See which topics there are, and stop reading one that was made again."""
        found = await self._identities.of(self._topics)
        for place in [*self.positions]:
            before, now = self.identities.get(place.topic), found.get(place.topic)
            if before is not None and now is not None and now.id != before.id:
                self._lose(place, now.id, 0)
        self.identities = {**self.identities, **found}

    async def read(self, timeout_ms: int, places: Iterable[Place] = ()) -> list[Slice]:
        """Return what came, of some partitions or of all, in the order of their places.

        Return nothing if the partitions were dealt out anew meanwhile; raise what went wrong at that.
        """
        if self._failed is not None:
            raise self._failed
        reading = self._reading or self._ask(timeout_ms, places)
        self._reading = reading
        # While partitions are dealt out anew the client answers nobody: time must pass all the same.
        done, _ = await asyncio.wait({reading.answer}, timeout=timeout_ms / 1000 + GRACE_S)
        if not done:
            return []
        self._reading = None
        try:
            batch = reading.answer.result()
        except OffsetOutOfRangeError as error:
            for at in error.args[0]:
                await self._out_of_range(Place(*at))
            return []
        except NoOffsetForPartitionError:
            return []  # just assigned: we say ourselves where it begins
        except ValueError:  # in the middle of a batch: what was read of it is gone with it
            read_leniently()
            self.is_lenient = True
            self._give_back(self.positions)
            return []
        # Behind the last record there may be marks of transactions, which the client passes over.
        held = self.positions if reading.deal == self.deal else ()
        mine = [TopicPartition(*place) for place in held]
        reached = {at: await self._consumer.position(at) for at in mine}
        if reading.deal != self.deal:
            self._give_back(batch)
            return []
        return [one for at in mine if (one := self._slice(at, batch.get(at, []), reached[at]))]

    def _ask(self, timeout_ms: int, places: Iterable[Place]) -> Question:
        some = [TopicPartition(*place) for place in places]
        answer = self._consumer.getmany(*some, timeout_ms=timeout_ms)
        return Question(self.deal, asyncio.ensure_future(answer))

    async def ends(self) -> dict[Place, int]:
        """Return the end of each partition that is ours, as it is now."""
        mine = [TopicPartition(*place) for place in self.positions]
        found = await self._consumer.end_offsets(mine) if mine else {}
        return {Place(*at): end for at, end in found.items()}

    async def commit(self, positions: Mapping[Place, int]) -> None:
        """Let the group begin here next time; a new deal in between makes it void, which is safe."""
        mine = {TopicPartition(*p): at for p, at in positions.items() if p in self.positions}
        try:
            await self._consumer.commit(mine) if mine else None
        except (CommitFailedError, IllegalStateError):
            return

    def rewind(self, positions: Mapping[Place, int]) -> None:
        """Read partitions again from earlier positions."""
        for place, at in positions.items():
            if place in self.positions and at < self.positions[place]:
                self._consumer.seek(TopicPartition(*place), at)
                self.positions[place] = at
        # A shard that did not use the topic before must hear where it begins, though nothing may come.
        for place, at in [*self.positions.items()]:
            self._open(place, at)
        self.deal += 1

    async def accept(self, topic: str, partition: int, at: int) -> None:
        """Go on reading behind a gap that somebody accepted, or where we are if that is before it."""
        place = TopicPartition(topic, partition)
        if place in self._consumer.assignment():
            was_lost = Place(*place) not in self.positions
            at = min(at, self.positions.get(Place(*place), at))
            self._consumer.seek(place, at)
            self._consumer.resume(place)
            self._open(Place(*place), at)
            self.deal += 1
            if was_lost:  # whoever gets the partition next may not have heard of it yet
                await self.commit({Place(*place): at})

    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        """Forget all positions, once what is in hand is in the log."""
        async with self.busy:
            self.deal += 1
            self.positions.clear()
            self.opened.clear()

    async def on_partitions_assigned(self, assigned: Collection[Any]) -> None:
        """Begin where the group left off; the client would swallow what goes wrong, so `read` raises it."""
        try:
            async with self.busy:
                self.deal += 1
                await self.look()
                begins = await self._consumer.beginning_offsets([*assigned]) if assigned else {}
                ends = await self._consumer.end_offsets([*assigned]) if assigned else {}
                for at in assigned:
                    await self._begin(at, begins[at], ends[at])
        except Exception as error:  # noqa: BLE001 - see above
            self._failed = error

    async def _begin(self, at: TopicPartition, begin: int, end: int) -> None:
        place, committed = Place(*at), await self._consumer.committed(at)
        position = begin if committed is None else committed
        if position < begin and self._accepted(place, self._id(place), begin):
            position = begin
        if begin <= position <= end:
            self._consumer.seek(at, position)
            self._open(place, position)
            return
        # Something the client can hold while it is paused.
        self._consumer.seek(at, begin)
        self.positions[place] = position
        self._lose(place, self._id(place), begin)

    def _open(self, place: Place, position: int) -> None:
        """Let the log know where we begin, though nothing may have come yet."""
        self.positions[place] = position
        run = (self._id(place), place.partition, position, position)
        self.opened.append(Slice(place.topic, *run, []))

    def _lose(self, place: Place, incarnation: str, to: int) -> None:
        first = self.positions.pop(place)
        self.lost.append(Lost(place.topic, incarnation, place.partition, first, to))
        self._consumer.pause(TopicPartition(*place))

    async def _out_of_range(self, place: Place) -> None:
        if place in self.positions:
            at = TopicPartition(*place)
            begin = (await self._consumer.beginning_offsets([at]))[at]
            await self.look()
            if place in self.positions:
                self._lose(place, self._id(place), begin)
                self._consumer.seek(at, begin)

    def _give_back(self, places: Iterable[Any]) -> None:
        """Let what was fetched and is not taken be read again: the client has moved on."""
        for place in {Place(*at) for at in places} & self.positions.keys():
            self._consumer.seek(TopicPartition(*place), self.positions[place])

    def _id(self, place: Place) -> str:
        found = self.identities.get(place.topic)
        return "" if found is None else found.id

    def _slice(self, at: TopicPartition, records: list[Any], to: int) -> Slice | None:
        """Return what was read up to `to`, which may be no record at all."""
        place = Place(*at)
        first = self.positions.get(place, to)
        if first >= to:
            return None
        self.positions[place] = to
        made = [Record(r.offset, r.key, r.value, r.headers, r.timestamp) for r in records]
        return Slice(place.topic, self._id(place), place.partition, first, to, made)

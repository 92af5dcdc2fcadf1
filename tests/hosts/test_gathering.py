"""An intake commits only what is safely in the log, and vouches only for what is."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

from service.engine.fold import SEMANTICS
from service.engine.plan import Plan
from service.hosts.gathering import Gathering, NewTopicsError, Sources
from service.intake.aligned import step_of
from service.intake.cutting import Cutter, Place, Record, Slice
from service.intake.kafka import RawReader
from service.intake.records import Records
from service.log.decided import Decided, accept_record, plan_record, rules_record
from service.log.entry import Cut, Entry, Lost, Tick, Told
from service.log.identity import Identity
from service.log.kafka import Appended, ControlRecord, Controls, LogWriter
from service.settings import compile_settings, load
from tests.live.quick_stream import Planned, written

PLAN = compile_settings(load(Path("tests/live/quick"))).plan
DESK = PLAN.sources["desk"].topic
HERE = Place(DESK, 0)
NOW = 1_780_000_000_000


class Reader:
    """Bring what it is given, and remember what it is told."""

    def __init__(self) -> None:
        """Begin with one partition, at its beginning."""
        self.deal, self.busy = 0, asyncio.Lock()
        self.positions = {HERE: 0}
        self.identities = {DESK: Identity("i", 1)}
        self.opened: list[Slice] = []
        self.lost: list[Lost] = []
        self.coming: list[Slice] = []
        self.committed: list[dict[Place, int]] = []
        self.rewound: list[dict[Place, int]] = []
        self.accepted: list[tuple[str, int, int]] = []

    async def look(self) -> None:
        """See nothing new."""

    async def read(self, _: int, places: Iterable[Place] = ()) -> list[Slice]:
        """Bring what came."""
        found, self.coming = self.coming, []
        for one in found:
            self.positions[Place(one.topic, one.partition)] = one.to
        return found

    async def ends(self) -> dict[Place, int]:
        """Tell the ends."""
        return {place: at + sum(len(c.records) for c in self.coming) for place, at in self.at()}

    def at(self) -> Iterable[tuple[Place, int]]:
        """Tell the positions."""
        return self.positions.items()

    async def commit(self, positions: Mapping[Place, int]) -> None:
        """Remember."""
        self.committed.append(dict(positions))

    def rewind(self, positions: Mapping[Place, int]) -> None:
        """Remember."""
        self.rewound.append(dict(positions))

    def accept(self, topic: str, partition: int, at: int) -> None:
        """Remember."""
        self.accepted.append((topic, partition, at))


class Log:
    """Keep entries by shard, and what is decided beside."""

    def __init__(self) -> None:
        """Begin empty."""
        self.entries: list[tuple[int, Entry]] = []
        self.coming: list[ControlRecord] = []

    async def append(self, shard: int, entry: Entry) -> Appended:
        """Keep an entry."""
        self.entries.append((shard, entry))
        return Appended(len(self.entries), NOW)

    async def bury(self, *_: object) -> None:
        """Take a dead letter."""

    async def news(self) -> list[ControlRecord]:
        """Bring what was decided."""
        found, self.coming = self.coming, []
        return found

    def decide(self, record: tuple[bytes, bytes]) -> None:
        """Let something be decided."""
        self.coming.append(ControlRecord(record[0].decode(), record[1]))

    def of(self, kind: type) -> list[tuple[int, Any]]:
        """Return the entries of a kind."""
        return [(shard, entry) for shard, entry in self.entries if isinstance(entry, kind)]


def cutter(plan: Plan) -> tuple[Cutter, Sources]:
    """Return what cuts by a plan."""
    records = Records(plan, b"key")
    return Cutter(plan, records.decode), records


def came(first: int, count: int) -> Slice:
    """Return records of the desk."""
    rows = [Planned(0, "desk", f"c{n}", "asked", "leeds") for n in range(first, first + count)]
    records = [
        Record(first + n, b"k", written(first + n, row, NOW), (), NOW) for n, row in enumerate(rows)
    ]
    return Slice(DESK, "i", 0, first, first + count, records)


async def gathering(reader: Reader, log: Log, *, clock_events: bool = False) -> Gathering:
    """Return an intake under the plan of the files."""
    decided = Decided()
    for key, value in (rules_record(SEMANTICS), plan_record(PLAN)):
        decided.take(key.decode(), value)
    parts = cast("tuple[RawReader, LogWriter, Controls]", (reader, log, log))
    found = Gathering(parts, decided, cutter, lambda: 0.0, clock_events=clock_events)
    await found._follow()
    return found


async def test_nothing_is_committed_before_the_look_behind_its_append() -> None:
    """Appended is not enough: what is decided must have been looked at since."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    reader.coming = [came(0, 3)]
    await found._step()
    assert log.of(Cut)
    assert reader.committed == []
    await found._second()
    assert reader.committed == [{HERE: 3}]


async def test_a_new_routing_sends_again_what_is_not_safe() -> None:
    """What went out by the old routes behind the new plan is read again, and not committed."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    reader.coming = [came(0, 3)]
    await found._step()
    await found._second()
    reader.coming = [came(3, 2)]
    await found._step()
    moved = {n: replace(t, shard="second") for n, t in PLAN.touchpoints.items()}
    later = replace(PLAN, touchpoints=moved, number=PLAN.number + 1)
    log.decide(plan_record(later))
    await found._second()
    assert reader.rewound == [{HERE: 3}]
    assert reader.committed == [{HERE: 3}]
    assert [shard for shard, told in log.of(Told) if told.id.startswith(f"plan/{later.number}")]


async def test_a_plan_with_other_topics_ends_this_life() -> None:
    """Only a new reader can join the group for them."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    sources = {n: replace(s, topic=f"{s.topic}2") for n, s in PLAN.sources.items()}
    log.decide(plan_record(replace(PLAN, sources=sources, number=PLAN.number + 1)))
    with pytest.raises(NewTopicsError):
        await found._second()
    assert reader.committed == []


async def test_what_is_lost_is_told_to_every_shard_that_uses_the_topic() -> None:
    """A shard that is not told would wait for ever, or judge what it cannot know."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    reader.lost = [Lost(DESK, "i", 0, 3, 9)]
    await found._step()
    home = sorted({PLAN.shards.index(s) for s in cutter(PLAN)[0].topics[DESK]})
    assert [shard for shard, _ in log.of(Lost)] == home


async def test_an_accepted_gap_is_told_before_anything_is_read_behind_it() -> None:
    """The shards hear of it first; then the reader goes on there, once however often it is told."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    gap = {"kind": "accept", "sources": ["desk"], "topic": DESK, "partition": 0}
    for _ in range(2):
        log.decide(accept_record(gap | {"incarnation": "i", "next": 9}))
    await found._second()
    assert reader.accepted == [(DESK, 0, 9)]
    assert [told.id for _, told in log.of(Told) if told.id.startswith("accept/")]


async def test_a_tick_vouches_only_for_what_is_appended() -> None:
    """An end that was asked while a record below it is not yet in the log gives no mark."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    reader.coming = [came(0, 2)]
    await found._step()
    reader.coming = [came(2, 3)]  # the end is 5, and 2 are in the log
    await found._second()
    await found._second()
    assert [mark for _, tick in log.of(Tick) for mark in tick.marks] == []
    await found._step()
    await found._second()
    marks = [mark for _, tick in log.of(Tick) for mark in tick.marks]
    assert {(mark.partition, mark.end, mark.heard) for mark in marks} == {(0, 5, NOW)}


async def test_a_batch_of_before_a_new_deal_is_thrown_away() -> None:
    """Another reader has those partitions now, and sends them itself."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    read = reader.read

    async def dealt_anew(timeout_ms: int, places: Iterable[Place] = ()) -> list[Slice]:
        slices = await read(timeout_ms, places)
        reader.deal += 1
        return slices

    reader.read = dealt_anew  # type: ignore[method-assign, assignment]
    reader.coming = [came(0, 3)]
    assert await found._step() == 0
    assert log.of(Cut) == []


async def test_a_history_lets_time_pass_in_steps_that_no_rule_notices() -> None:
    """However long ago it was and fast it is read: small cuts, and what was cut is judged next."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log, clock_events=True)
    step, times = step_of(PLAN), [NOW + n * 60_000 for n in range(60)]
    rows = [Planned(0, "desk", f"c{n}", "asked", "leeds") for n in range(60)]
    records = [
        Record(n, b"k", written(n, row, at), (), at)
        for n, (row, at) in enumerate(zip(rows, times, strict=True))
    ]
    reader.coming, stop, turns = (
        [Slice(DESK, "i", 0, 0, 60, records)],
        asyncio.Event(),
        iter(range(60)),
    )
    await found.run(stop, lambda: stop.set() if next(turns) == 50 else None)
    mine = [e for shard, e in log.entries if shard == 0 and isinstance(e, Cut | Tick)]
    cuts = [entry for entry in mine if isinstance(entry, Cut)]
    assert sum(len(cut.events) for cut in cuts) == len(times)
    assert all(cut.events[-1].time - cut.events[0].time <= step for cut in cuts)
    assert all(isinstance(b, Tick) and b.marks for a, b in pairwise(mine) if isinstance(a, Cut))

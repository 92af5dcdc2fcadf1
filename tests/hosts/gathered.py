"""An intake on a reader and a log that tests hold in their hands."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from service.engine.fold import SEMANTICS
from service.engine.plan import Plan
from service.hosts.gathering import Gathering, Sources
from service.intake.cutting import Cutter, Place, Record, Slice
from service.intake.kafka import RawReader
from service.intake.records import Records
from service.log.decided import Decided, plan_record, rules_record
from service.log.entry import Entry, Lost
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

    async def accept(self, topic: str, partition: int, at: int) -> None:
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

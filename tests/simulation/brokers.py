"""Brokers and a database in memory, as far as intakes and engines lean on them.

What was answered stays; who was thrown out of a group may still append, as a zombie can, but not
commit.  The database moves a shard's position by compare-and-set, like the real one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from alerts.alert import Alert
from alerts.asked import NOTHING, Asked
from alerts.desk import Decision
from service.engine.results import Results
from service.engine.values import Frame
from service.errors import StoreAwayError, SupersededError
from service.intake.cutting import Place, Record, Slice
from service.log.entry import Entry, Lost, encode
from service.log.identity import Identity
from service.log.kafka import Appended, ControlRecord


class Dead(BaseException):
    """End a simulated process here; nothing in it may catch this."""


@dataclass
class Brokers:
    """Hold all topics, what groups committed, and the true time."""

    shards: Sequence[str]
    partitions: Mapping[str, int]
    now: int
    raw: dict[Place, list[Record]] = field(default_factory=dict)
    log: list[list[tuple[int, bytes]]] = field(default_factory=list)
    control: list[ControlRecord] = field(default_factory=list)
    committed: dict[Place, int] = field(default_factory=dict)
    changelog: dict[bytes, bytes] = field(default_factory=dict)
    acked: dict[int, int] = field(default_factory=dict)
    generation: int = 0

    def __post_init__(self) -> None:
        """Make the topics."""
        for topic, count in self.partitions.items():
            self.raw |= {Place(topic, number): [] for number in range(count)}
        self.log = [[] for _ in self.shards]


class SimReader:
    """Be a reader of the raw topics that holds some partitions under one generation."""

    def __init__(self, brokers: Brokers, mine: Iterable[Place], draw: Random, most: int) -> None:
        """Begin where the group left off; a read gives at most so many records."""
        self._brokers, self._draw, self._most = brokers, draw, most
        self._generation = brokers.generation
        self.positions = {place: brokers.committed.get(place, 0) for place in mine}
        self.opened = [Slice(*p[:1], "i", p[1], at, at, []) for p, at in self.positions.items()]
        self.lost: list[Lost] = []
        self.deal = 0
        self.busy = Free()
        counts = brokers.partitions.items()
        self.identities = {topic: Identity("i", count) for topic, count in counts}

    async def look(self) -> None:
        """See nothing new."""

    async def read(self, timeout_ms: int, places: Iterable[Place] = ()) -> list[Slice]:
        """Return some records of each partition."""
        found = []
        for place, first in self.positions.items():
            to = first + self._draw.randint(0, self._most)
            records = self._brokers.raw[place][first:to]
            if records:
                to = self.positions[place] = records[-1].offset + 1
                found.append(Slice(place.topic, "i", place.partition, first, to, records))
        return found

    async def ends(self) -> dict[Place, int]:
        """Return the ends of what is ours."""
        return {place: len(self._brokers.raw[place]) for place in self.positions}

    async def commit(self, positions: Mapping[Place, int]) -> None:
        """Commit, if we still belong to the group."""
        if self._generation == self._brokers.generation:
            mine = {p: at for p, at in positions.items() if p in self.positions}
            self._brokers.committed |= mine

    def rewind(self, positions: Mapping[Place, int]) -> None:
        """Read again."""
        for place, at in positions.items():
            self.positions[place] = min(at, self.positions.get(place, at))
        self.deal += 1

    async def accept(self, topic: str, partition: int, at: int) -> None:
        """Go on behind a gap; there is none here."""


class Free:
    """Be a lock that is always free."""

    async def __aenter__(self) -> None:
        """Enter."""

    async def __aexit__(self, *_: object) -> None:
        """Leave."""


class SimWriter:
    """Append to the log; `point` may end the process before or after."""

    def __init__(self, brokers: Brokers, point: Callable[[str], None]) -> None:
        """Take the brokers."""
        self._brokers, self._point = brokers, point

    async def append(self, shard: int, entry: Entry) -> Appended:
        """Append an entry, stamped by the brokers."""
        self._point("before an append")
        self._brokers.log[shard].append((self._brokers.now, encode(entry)))
        self._point("after an append")
        return Appended(len(self._brokers.log[shard]) - 1, self._brokers.now)

    async def bury(self, *letter: object) -> None:
        """Let dead letters go."""


class SimControls:
    """Follow the control topic."""

    def __init__(self, brokers: Brokers) -> None:
        """Begin at its beginning."""
        self._brokers, self._seen = brokers, 0

    async def news(self) -> list[ControlRecord]:
        """Return what is new."""
        found = self._brokers.control[self._seen :]
        self._seen += len(found)
        return found


@dataclass
class Database:
    """Hold results as the real one does; a transaction is kept whole or not at all."""

    results: Results = field(default_factory=Results)
    position: Counter[str] = field(default_factory=Counter)
    alerts: dict[str, dict[str, Alert]] = field(default_factory=dict)
    messages: Counter[str] = field(default_factory=Counter)
    guard: bool = True

    @contextmanager
    def transaction(self, trouble: Callable[[], str]) -> Iterator["Ledger"]:
        """Give a transaction; `trouble` says whether its answer is lost, before or after it is kept."""
        ledger = Ledger(self)
        yield ledger
        what = trouble()
        if what == "undone":
            raise StoreAwayError("away", "again")
        ledger.keep()
        if what == "unknown":
            raise StoreAwayError("away", "again")

    def book(self, shard: str) -> list[Alert]:
        """Return the alerts of a shard."""
        return [*self.alerts.get(shard, {}).values()]


class Ledger:
    """Collect what a turn writes."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database
        self._frames: list[tuple[str, Frame]] = []
        self._decisions: list[tuple[str, Decision]] = []

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Return the frames that are new; refuse a gap."""
        stored = self._database.position[shard]
        new = [frame for frame in frames if frame.number > stored or not self._database.guard]
        if new and self._database.guard and new[0].number != stored + 1:
            raise SupersededError(shard)
        self._frames += [(shard, frame) for frame in new]
        return new

    def sit(self, shard: str, number: int) -> None:
        """Count nothing: there is one owner."""

    def asked(self, shard: str, now: int) -> Asked:
        """Return nothing: nobody asks."""
        return NOTHING

    def save_decision(self, decision: Decision, shard: str) -> None:
        """Keep a decision."""
        self._decisions.append((shard, decision))

    def keep(self) -> None:
        """Do all of it."""
        for shard, frame in self._frames:
            self._database.results.take([frame])
            self._database.position[shard] = max(frame.number, self._database.position[shard])
        for shard, decision in self._decisions:
            mine = self._database.alerts.setdefault(shard, {})
            mine |= {alert.id: alert for alert in decision.alerts}
            self._database.messages.update(row.key for row in decision.rows)


def run(work: Any) -> Any:
    """Run a step that never really waits."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a simulated step waited")

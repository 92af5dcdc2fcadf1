"""From records of raw partitions to one cut for each shard, with every raw offset accounted for.

Every shard that uses a topic gets the run that covers what was read, empty if need be: only so does
a tick mean that nothing else lies below it.  What was turned away goes to the first shard of its
topic, so that it is kept once.  Pure: reading, sending and committing are the shell's
(service.intake.kafka).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from service.engine.plan import Plan
from service.engine.sharding import routes, routing, topics
from service.engine.values import Event
from service.intake import dead
from service.log.entry import Cut, Run
from service.rejected import Rejected

BYTES_MAX = 1024 * 1024
RECORDS_MAX = 2000
Item = Event | Rejected


class Record(NamedTuple):
    """Hold one record as it came; `time` is the topic's own stamp in UTC ms."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[dead.Header]
    time: int


class Place(NamedTuple):
    """Name one raw partition."""

    topic: str
    partition: int


class Slice(NamedTuple):
    """Hold what was read of one raw partition, from `first` up to `to`."""

    topic: str
    incarnation: str
    partition: int
    first: int
    to: int
    records: Sequence[Record]


class Cutter:
    """Cut what was read by the routes of one plan."""

    def __init__(self, plan: Plan, decode: Callable[[str, Record], Iterable[Item]]) -> None:
        """Take the plan, and what makes events of a topic's record."""
        self._shards = plan.shards
        self._routes, self.routing = routes(plan), routing(plan)
        self._topics: Mapping[str, Sequence[str]] = topics(plan)
        self._decode = decode
        self.alive: dict[str, int] = {}
        self._room: defaultdict[str, int] = defaultdict(lambda: BYTES_MAX)
        self._letters: list[tuple[dead.Record, Rejected]] = []
        self.newest = 0

    @property
    def topics(self) -> Mapping[str, Sequence[str]]:
        """Return for each topic the shards that use it."""
        return self._topics

    def take_letters(self, at: int) -> list[dead.Letter]:
        """Return the dead letters of what was turned away since the last call."""
        letters, self._letters = self._letters, []
        return [dead.dead_letter(record, why, at) for record, why in letters]

    def cut(self, slices: Sequence[Slice], now: int) -> dict[str, Cut]:
        """Return a cut for each shard that uses one of the topics.

        Sources that spoke are noted as alive `now`, and records that were turned away as letters.
        """
        self._room.clear()
        cuts = {s: Cut(self.routing, [], [], []) for one in slices for s in self._topics[one.topic]}
        for one in slices:
            runs = {shard: self._run(one) for shard in self._topics[one.topic]}
            for record in one.records:
                self._take(one, record, runs, cuts, now)
            for shard, run in runs.items():
                cuts[shard].runs.append(run)
        return cuts

    def _run(self, one: Slice) -> Run:
        return Run(one.topic, one.incarnation, one.partition, one.first, one.to, [], [])

    def _take(
        self, one: Slice, record: Record, runs: Mapping[str, Run], cuts: Mapping[str, Cut], now: int
    ) -> None:
        for item in self._decode(one.topic, record):
            if isinstance(item, Rejected):
                self._turn_away(one, record, item, runs, cuts)
                continue
            self.alive[item.source] = now
            self.newest = max(self.newest, item.time)
            for shard in self._routes[item.type]:
                if shard in runs:
                    runs[shard].offsets.append(record.offset)
                    cuts[shard].events.append(item)

    def _turn_away(
        self,
        one: Slice,
        record: Record,
        bad: Rejected,
        runs: Mapping[str, Run],
        cuts: Mapping[str, Cut],
    ) -> None:
        home = self._topics[one.topic][0]
        place = f"{one.topic}/{one.incarnation}/{one.partition}/{record.offset}"
        runs[home].turned.append(record.offset)
        # A body may be longer than its record was, written out: an entry must not be.
        self._room[home] -= len(bad.body)
        bad = bad if self._room[home] >= 0 else bad._replace(body=b"")
        cuts[home].rejected.append(bad._replace(origin=place))
        where = (one.topic, one.partition, record.offset)
        buried = dead.Record(*where, record.key, record.value, record.headers)
        self._letters.append((buried, bad))


def _size(record: Record) -> int:
    """Return how many bytes a record may take in a cut: attributes stand in its headers."""
    size = len(record.value or b"")
    return size + dead.size_of(record.headers) if record.headers else size


def together(slices: Sequence[Slice]) -> Iterable[list[Slice]]:
    """Yield slices in their order, as many at once as may stand in one cut."""
    group: list[Slice] = []
    count = size = 0
    for part in (part for one in slices for part in pieces(one)):
        more, longer = len(part.records), sum(map(_size, part.records))
        if group and (count + more > RECORDS_MAX or size + longer > BYTES_MAX):
            yield group
            group, count, size = [], 0, 0
        group.append(part)
        count, size = count + more, size + longer
    if group:
        yield group


def pieces(one: Slice) -> Iterable[Slice]:
    """Cut a slice so that no piece has too many records or bytes; together they are the slice."""
    begin, size, first = 0, 0, one.first
    for place, record in enumerate(one.records):
        more = _size(record)
        size += more
        if place > begin and (size > BYTES_MAX or place - begin == RECORDS_MAX):
            yield one._replace(first=first, to=record.offset, records=one.records[begin:place])
            begin, size, first = place, more, record.offset
    yield one._replace(first=first, records=one.records[begin:])

"""Many intakes and engines on simulated brokers, one step after another, with everything going wrong.

The parts are the real ones, but for the client libraries: Gathering, Cutter, Fence, Shard, Loop, Desk
and the rows of checkpoints.  Processes die between any two answers, are thrown out of their group and
go on as zombies, lose entries on the way, and lose the answer of a commit.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from alerts.desk import Book, Desk
from service.engine.fold import SEMANTICS
from service.engine.plan import Plan
from service.engine.results import Results
from service.errors import StoreAwayError, SupersededError
from service.hosts.gathering import Gathering, Prepare
from service.hosts.replay import Replay
from service.hosts.shard import HoleError, Shard
from service.intake.cutting import Cutter, Place, Record
from service.intake.decode import Decoder
from service.intake.records import Records
from service.log.decided import Decided, plan_record, rules_record
from service.log.kafka import ControlRecord
from service.settings import compile_settings, load
from service.store.changelog import newest, outdated, rows_of
from tests.live.quick_stream import planned, written
from tests.simulation.brokers import Brokers, Database, Dead, SimControls, SimReader, SimWriter, run

COMPILED = compile_settings(load(Path("tests/live/quick")))
PLAN, DIRECTORY = COMPILED.plan, COMPILED.directory
KEY, VERSION, BEGIN = b"key", (1,), 1_780_000_020_000
INTAKES, ENGINES, PARTITIONS = 3, 2, 2


class Intake:
    """Be one process that gathers."""

    def __init__(self, sim: "Cluster", mine: list[Place]) -> None:
        """Begin a life."""
        controls, decided = SimControls(sim.brokers), Decided()
        for record in run(controls.news()):
            decided.take(record.key, record.value)
        self.parts = (
            SimReader(sim.brokers, mine, sim.draw, sim.appetite),
            SimWriter(sim.brokers, sim.point),
            controls,
        )
        self.gathering = Gathering(
            self.parts,  # type: ignore[arg-type]
            decided,
            _cutter,
            lambda: sim.brokers.now / 1000,
        )
        run(self.gathering._follow())

    def step(self, draw: Random) -> None:
        """Read and append, or look around."""
        run(self.gathering._step() if draw.random() < 0.7 else self.gathering._second())


def _cutter(plan: Plan) -> tuple[Cutter, Prepare]:
    # The till and the desk are known by their own names, whatever others a plan gives them.
    records = Records(plan, KEY, None)
    return Cutter(plan, records.decode), records.prepare


class Engine:
    """Be one process that folds the shards it was dealt."""

    def __init__(self, sim: "Cluster", mine: list[int]) -> None:
        """Restore the shards."""
        self._sim = sim
        self.generation = sim.brokers.generation
        self.shards = {number: self._restored(number) for number in mine}
        self.next = {number: sim.brokers.acked.get(number, -1) + 1 for number in mine}

    def _restored(self, number: int) -> Shard:
        name, base = PLAN.shards[number], self._sim.database
        found = Shard(name, Desk(DIRECTORY), Book(base.book(name)), base.position[name], {})
        checkpoint, _ = newest(name, self._sim.brokers.changelog, VERSION)
        if checkpoint is not None:
            found.restore(checkpoint)
        return found

    def step(self, draw: Random) -> None:
        """Take some entries, settle, and now and then write a checkpoint."""
        for number, shard in self.shards.items():
            log = self._sim.brokers.log[number]
            for _ in range(draw.randint(0, 12)):
                if self.next[number] >= len(log):
                    break
                if self._sim.is_lost():
                    self.next[number] += 1
                    continue
                self._take(number, shard, *log[self.next[number]])
            self._settle(shard)
            if draw.random() < self._sim.checkpoint_rate:
                self._checkpoint(number, shard)

    def _take(self, number: int, shard: Shard, stamp: int, raw: bytes) -> None:
        try:
            shard.take(self.next[number], stamp, raw)
        except HoleError as hole:
            self._sim.happened["hole"] += 1
            self.next[number] = hole.wanted
            return
        self.next[number] += 1

    def _settle(self, shard: Shard) -> None:
        self._sim.point("before a commit")
        while True:
            try:
                with self._sim.database.transaction(self._sim.trouble) as ledger:
                    shard.settle(ledger)
            except StoreAwayError:
                self._sim.happened["store away"] += 1
                base = self._sim.database
                shard.loop.reopen(Book(base.book(shard.name)), base.position[shard.name])
            else:
                break
        self._sim.point("after a commit")
        shard.settled()

    def _checkpoint(self, number: int, shard: Shard) -> None:
        if not shard.loop.engine.begun or shard.loop.engine.is_moving:
            return
        rows = self._sim.brokers.changelog
        for key, value in rows_of(shard.name, shard.offset, shard.parts(), VERSION):
            self._sim.point("between two rows")
            rows[key] = value
        self._sim.happened["checkpoint"] += 1
        for key in outdated(shard.name, [*rows]):
            del rows[key]
        self._sim.point("before an acknowledgement")
        if self.generation == self._sim.brokers.generation:
            self._sim.brokers.acked[number] = shard.offset


class Cluster:
    """Run one seed."""

    def __init__(
        self, seed: int, seconds: float = 60.0, rate: float = 4.0, *, storm: bool = False
    ) -> None:
        """Draw what is going to happen."""
        self.draw = Random(f"cluster/{seed}")
        topics = sorted({source.topic for source in PLAN.sources.values()})
        self.topics = {name: source.topic for name, source in PLAN.sources.items()}
        self.brokers = Brokers(PLAN.shards, dict.fromkeys(topics, PARTITIONS), BEGIN)
        for record in (rules_record(SEMANTICS), plan_record(PLAN)):
            self.brokers.control.append(ControlRecord(record[0].decode(), record[1], BEGIN))
        self.database = Database()
        self.stream = [*planned(seed, seconds, rate)]
        self.lines: list[tuple[str, bytes]] = []
        self.happened: Counter[str] = Counter()
        self.checkpoint_rate = 0.2
        # In a storm everything happens in every run, so that a planted mistake cannot hide.
        self._death_rate = 0.01 if storm else self.draw.choice([0.0, 0.002, 0.01])
        self._loss_rate = 0.01 if storm else self.draw.choice([0.0, 0.0, 0.01])
        self._away_rate = 0.02 if storm else self.draw.choice([0.0, 0.02])
        self._plan_rate = 0.06 if storm else self.draw.choice([0.0, 0.01])
        self._deal_rate = 0.06 if storm else 0.02
        self.appetite = self.draw.choice([1, 9] if storm else [2, 9, 9])
        self.number = 1
        self.intakes: list[Intake] = []
        self.engines: list[Engine] = []
        self.calm = True
        self.deal()

    def point(self, place: str) -> None:
        """End the process that is at work, now and then."""
        if not self.calm and self.draw.random() < self._death_rate:
            self.happened[place] += 1
            raise Dead(place)

    def is_lost(self) -> bool:
        """Tell whether an entry is lost on its way, as a rebalance under load can do."""
        return not self.calm and self.draw.random() < self._loss_rate

    def trouble(self) -> str:
        """Say what becomes of a commit."""
        if self.calm or self.draw.random() >= self._away_rate:
            return ""
        return self.draw.choice(["undone", "unknown"])

    def deal(self) -> None:
        """Deal everything out anew; who had it before may go on for a while."""
        self.brokers.generation += 1
        zombies = self.draw.random() < 0.5 and not self.calm
        places = [*self.brokers.raw]
        self.draw.shuffle(places)
        self.intakes = self.intakes[-INTAKES:] if zombies else []
        self.intakes += [Intake(self, places[n::INTAKES]) for n in range(INTAKES)]
        numbers = [*range(len(PLAN.shards))]
        self.draw.shuffle(numbers)
        self.engines = self.engines[-ENGINES:] if zombies else []
        self.engines += [Engine(self, numbers[n::ENGINES]) for n in range(ENGINES)]

    def run(self) -> None:
        """Let everything happen, then let it come to rest."""
        self.calm = False
        while self.stream:
            self.brokers.now += self.draw.randint(1, 900)
            self._send()
            self._act()
        self.calm, self.appetite = True, 99
        self.deal()
        last = self.brokers.now + 40_000
        while self.brokers.now < last + 120_000:
            self.brokers.now += 1000
            members: list[Any] = [*self.intakes, *self.engines]
            for member in members:
                member.step(self.draw)

    def _send(self) -> None:
        while self.stream and BEGIN + self.stream[0].at_s * 1000 <= self.brokers.now:
            row = self.stream.pop(0)
            number, topic = len(self.lines), self.topics[row.topic]
            value = written(number, row, self.brokers.now)
            self.lines.append((row.topic, value))
            place = Place(topic, hash_of(row.case) % PARTITIONS)
            records = self.brokers.raw[place]
            records.append(Record(len(records), None, value, (), self.brokers.now))

    def _act(self) -> None:
        members: list[Any] = [*self.intakes, *self.engines]
        for member in self.draw.sample(members, self.draw.randint(1, len(members))):
            try:
                member.step(self.draw)
            except Dead:
                self.intakes = [one for one in self.intakes if one is not member]
                self.engines = [one for one in self.engines if one is not member]
                self._again(self.deal)
                return
            except SupersededError:
                self.happened["superseded"] += 1
                self.engines.remove(member)
        if self.draw.random() < self._deal_rate:
            self.happened["dealt anew"] += 1
            self._again(self.deal)
        if self.draw.random() < self._plan_rate:
            self.happened["new routes"] += 1
            self._decide()

    def _decide(self) -> None:
        """Decide for a plan that routes anew, though nothing else of it changes."""
        self.number += 1
        sources = {n: replace(s, names=(f"n{self.number}",)) for n, s in PLAN.sources.items()}
        key, value = plan_record(replace(PLAN, number=self.number, sources=sources))
        self.brokers.control.append(ControlRecord(key.decode(), value, self.brokers.now))

    def _again(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Dead:
            self._again(work)

    def expected(self) -> Results:
        """Return the results of a replay of all that was sent."""
        decoder = Decoder(PLAN, KEY)
        events = [e for source, line in self.lines for e in decoder.decode(line, source)]
        replay = Replay(PLAN)
        replay.run(events, self.brokers.now)
        replay.memory.results.finish(replay.engine)
        return replay.memory.results

    def undisturbed(self) -> set[str]:
        """Return the keys of the messages of workers that fold each log in one go."""
        twin = Database()
        for number, name in enumerate(PLAN.shards):
            shard = Shard(name, Desk(DIRECTORY), Book(), 0, {})
            folded = self.database.position[name]
            for offset, (stamp, raw) in enumerate(self.brokers.log[number]):
                shard.take(offset, stamp, raw)
                with twin.transaction(lambda: "") as ledger:
                    shard.settle(ledger)
                shard.settled()
                if twin.position[name] >= folded:
                    break
        return set(twin.messages)

    def compared(self) -> tuple[str, str]:
        """Return the results hash as it is and as it must be, whatever the plan's number."""
        found, wanted = self.database.results, self.expected()
        for results in (found, wanted):
            results.outcomes = {k: o._replace(plan=0) for k, o in results.outcomes.items()}
        return found.hash(), wanted.hash()


def hash_of(case: str) -> int:
    """Return a number of a case that is the same on every machine."""
    return sum(case.encode())

"""Many intakes and engines on simulated brokers, one step after another, with everything going wrong.

The parts are the real ones, but for the client libraries: Gathering, Cutter, Fence, Shard, Loop, Desk
and the rows of checkpoints.  Processes die between any two answers, are thrown out of their group and
go on as zombies, lose entries on the way, and lose the answer of a commit.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from alerts.desk import Book, Desk
from service.engine.fold import SEMANTICS
from service.engine.results import Results
from service.errors import SupersededError
from service.hosts.replay import Replay
from service.hosts.shard import Shard
from service.intake.cutting import Place, Record
from service.intake.decode import Decoder
from service.log.decided import plan_record, rules_record
from service.log.kafka import ControlRecord
from tests.live.quick_stream import planned, written
from tests.simulation.brokers import Brokers, Database, Dead
from tests.simulation.members import COMPILED, DIRECTORY, KEY, PLAN, Engine, Intake

BEGIN = 1_780_000_020_000
INTAKES, ENGINES, PARTITIONS = 3, 2, 2


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
            self.brokers.control.append(ControlRecord(record[0].decode(), record[1]))
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
        self.brokers.control.append(ControlRecord(key.decode(), value))

    def _again(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Dead:
            self._again(work)

    def expected(self) -> Results:
        """Return the results of a replay of all that was sent."""
        decoder = Decoder(PLAN, KEY)
        events = [e for source, line in self.lines for e in decoder.decode(line, source)]
        replay = Replay(COMPILED.plan)
        replay.run(events, self.brokers.now)
        replay.memory.results.finish(replay.engine)
        return replay.memory.results

    def undisturbed(self) -> set[str]:
        """Return the keys of the messages of workers that fold each log in one go."""
        twin = Database()
        for number, name in enumerate(PLAN.shards):
            shard = Shard(name, Desk(DIRECTORY), Book(), 0, {}, clock=lambda: 0)
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

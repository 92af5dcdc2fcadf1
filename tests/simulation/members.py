"""Processes of a simulated cluster: intakes and engines, made of the real parts."""

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from alerts.desk import Book, Desk
from service.engine.plan import Plan
from service.engine.sharding import on_topics
from service.errors import StoreAwayError
from service.hosts.gathering import Gathering, Sources
from service.hosts.shard import HoleError, Shard
from service.intake.cutting import Cutter, Place
from service.intake.records import Records
from service.log.decided import Decided
from service.settings import compile_settings, load
from service.store.changelog import newest, outdated, rows_of
from tests.simulation.brokers import SimControls, SimReader, SimWriter, run

if TYPE_CHECKING:
    from tests.simulation.cluster import Cluster

COMPILED = compile_settings(load(Path("tests/live/quick")))
PLAN, DIRECTORY = on_topics(COMPILED.plan, "door"), COMPILED.directory
KEY, VERSION = b"key", (1,)


class Intake:
    """Be one process that gathers."""

    def __init__(self, sim: "Cluster", mine: list[Place]) -> None:
        """Begin a life."""
        controls, decided = SimControls(sim.brokers), Decided()
        decided.take_all(run(controls.news()))
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


def _cutter(plan: Plan) -> tuple[Cutter, Sources]:
    # The till and the desk are known by their own names, whatever others a plan gives them.
    records = Records(plan, KEY)
    return Cutter(plan, records.decode), records


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
        found = Shard(
            name, Desk(DIRECTORY), Book(base.book(name)), base.position[name], {}, clock=lambda: 0
        )
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

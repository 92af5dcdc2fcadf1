"""One life of the simulated process: restore, catch up, turn, send; the parts inside are real.

The engine, the loop, the writer's turn, the desk, the courier and the snapshot are those of the
service.  Only the disk, the clock and the channels are simulated, because those are what fails.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

from alerts.courier import Courier
from alerts.desk import Book, Desk
from alerts.directory import Directory
from service.engine import snapshot
from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.results import digest
from service.engine.values import Chunk
from service.hosts.clock import Stamps
from service.hosts.jobs import Batch, Call, Control
from service.hosts.teaching import Teaching
from service.hosts.writer import Writer
from service.log.sqlite import SqliteLog
from service.loop import Loop
from tests.simulation.sinks import SimChannel, SimOutbox
from tests.simulation.storage import Checkpoint, Disk, Nature, SimStore, SimTransaction

SETTLE_CHUNKS = 500
TURNS_MAX = 20


class Surroundings(Nature, Protocol):
    """Be what a process finds when it starts."""

    disk: Disk
    directory: Directory
    plan: Plan
    version: int

    def wall(self) -> int:
        """Return the wall clock."""
        ...

    def channels(self) -> Sequence[SimChannel]:
        """Return the ways of reaching people."""
        ...


class Host:
    """Live until a crash; whoever catches it throws the object away."""

    def __init__(self, around: Surroundings) -> None:
        """Read the newest state that can be read; `start` must follow."""
        self._around = around
        self.store = SimStore(around.disk, self)
        self.log = SqliteLog(self.store)
        self.gone = False
        engine, self.offset = self._restored()
        desk = Desk(around.directory)
        self.loop = Loop(engine, desk, Book(around.disk.book(around.wall())))
        self.writer: Writer
        outbox = SimOutbox(around.disk, self.call)
        self._courier = Courier(outbox, around.channels(), clock=around.wall)

    @property
    def engine(self) -> Engine:
        """Return the engine."""
        return self.loop.engine

    def point(self, place: str, weight: float = 1.0) -> None:
        """Crash here now and then; a process that is gone does nothing more."""
        if self.gone:
            raise asyncio.CancelledError
        self._around.point(place, weight)

    def trouble(self) -> None:
        """Let the disk fail now and then."""
        self._around.trouble()

    def catch_up(self) -> None:
        """Fold what the log holds behind the restored state."""
        for count, (_, chunk) in enumerate(self.log.read(self.offset)):
            self.loop.fold((chunk,))
            if count % SETTLE_CHUNKS == SETTLE_CHUNKS - 1:
                self._settle()
        self._settle()

    def listen(self) -> None:
        """Take the plan into force if it is new, begin to listen, and make the writer."""
        last = self.engine.now if self.engine.now > 0 else None
        self.take_plan()
        stamps = Stamps(last)
        self._control(Chunk(stamps.now(), (), {"kind": "start"}))
        store, wall = cast("Any", self.store), self._around.wall
        self.writer = Writer(store, self.log, self.loop, stamps, self._after, wall)
        self._teaching = Teaching(lambda: self.engine.plan, self._teach, lambda work: work())
        self._taught: list[Control] = []

    def take_plan(self) -> None:
        """Append the plan if it differs from the one in force."""
        plan, begun = self._around.plan, self.engine.begun
        if begun and _same(self.engine.plan, plan):
            return
        number = self.engine.plan.number + 1 if begun else 1
        stamp = self.engine.now if begun else -(2**62)
        self._control(Chunk(stamp, (), to_data(replace(plan, number=number))))

    def turn(self, jobs: Sequence[Batch | Call] = ()) -> None:
        """Take one turn of the writer: it commits, answers and folds."""
        self.point("between two turns")
        taught, self._taught = self._taught, []
        self.writer.turn([*jobs, *taught])

    def call(self, work: Callable[[SimTransaction], Any]) -> Any:
        """Run work inside a turn and return what it returned."""
        call = Call(cast("Any", work))
        self.turn([call])
        return call.done.result(timeout=0)

    def deliver(self, loop: asyncio.AbstractEventLoop) -> int:
        """Let the courier try what is due; return how many attempts there were."""
        try:
            due = self._courier.deliver_due(self._around.wall())
            return len(loop.run_until_complete(due))
        finally:
            self.gone, before = True, self.gone
            rest = asyncio.all_tasks(loop)
            if rest:
                loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
            self.gone = before

    def settle(self) -> None:
        """Take turns until nothing waits to be committed, or nothing can be."""
        for _ in range(TURNS_MAX):
            if not (self.loop.waiting or self._taught) or self.writer.space.missing:
                return
            self.turn()
        raise AssertionError("the service never comes to rest")

    def checkpoint(self) -> None:
        """Write the state at the end of the log, once everything it said is committed."""
        self.settle()
        if self.loop.waiting or self.engine.is_moving:
            return
        disk = self._around.disk
        text = json.dumps(dict(snapshot.parts_of(self.engine)))
        self.point("checkpoint: before", 30)
        made = Checkpoint(len(disk.chunks), self._around.version, text, whole=False)
        disk.checkpoints.append(made)
        self.point("checkpoint: torn", 30)
        made.whole = True
        self.point("checkpoint: after", 30)
        del disk.checkpoints[:-2]

    def _restored(self) -> tuple[Engine, int]:
        for found in reversed(self._around.disk.checkpoints):
            if found.whole and found.version == self._around.version:
                return snapshot.engine_from(json.loads(found.text)), found.offset
        return Engine(), 0

    def _control(self, chunk: Chunk) -> None:
        with self.store.transaction() as transaction:
            self.log.append(transaction, chunk)
        self.loop.fold((chunk,))
        self._settle()

    def _settle(self) -> None:
        if self.loop.waiting:
            with self.store.transaction() as transaction:
                self.loop.settle(cast("Any", transaction))
            self.loop.settled()

    def _after(self, frames: object) -> None:
        self.point("after the fold")
        self._teaching.look(self.engine.asks())

    def _teach(self, control: Mapping[str, Any]) -> None:
        self._taught.append(Control(lambda now: Chunk(now, (), control), lambda: None))


def _same(before: Plan, after: Plan) -> bool:
    one, other = (digest(to_data(replace(plan, number=0))) for plan in (before, after))
    return one == other

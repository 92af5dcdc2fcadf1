"""One seed: a world, a host, and everything that happens to it, one step after another.

All that waits stands on one agenda, so a seed gives the same run on every machine.  A step is what
a host does between two commits or two waits; a crash ends it at a point inside.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from logging import CRITICAL
from random import Random

import structlog

from service.engine import snapshot
from service.engine.plan import Plan
from service.engine.results import Results, state_hash
from service.errors import StorageFullError
from service.hosts import clock
from tests.engine.test_late_facts import counted
from tests.simulation.agenda import Agenda
from tests.simulation.host import Host
from tests.simulation.nemesis import Nemesis
from tests.simulation.senders import Senders
from tests.simulation.shadow import Shadow
from tests.simulation.sinks import CHANNELS, Inbox, SimChannel, illness
from tests.simulation.storage import Crash, Disk, StoreError
from tests.simulation.swarm import Figures, swarm_of
from tests.simulation.world import DAY, HOUR, MINUTE, World

CALM_BEFORE_END = 12 * HOUR
STEPS_MAX = 20_000
COURIER_MS = 2000
CRASHES_MAX = 12  # each costs a look at the whole state, twice


class Simulation:
    """Run one seed; then look at `disk`, `inbox`, `shadow` and `figures`."""

    def __init__(self, seed: int, world: World) -> None:
        """Draw what is going to happen."""
        self.seed, self.world = seed, world
        self.swarm = swarm_of(seed)
        self.draw = Random(f"run/{seed}")
        self.figures = Figures(seeds=1, days=(world.end - world.begin) // DAY)
        self.disk, self.inbox = Disk(), Inbox()
        self.directory = world.directory
        self.nemesis = Nemesis(self)
        self.plan: Plan = self.nemesis.plan_at_first()
        self.version = snapshot.VERSION
        self.shadow = Shadow(self.disk, world.directory)
        self.agenda, self.clock_is_off_by = Agenda(world.begin), 0
        self.host: Host | None = None
        self.calm = False
        self.paused_until = 0
        self.senders = Senders(self)
        self.results = Results()
        self.counted: dict[tuple[str, str, str], object] = {}
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda *_: None)

    @property
    def now(self) -> int:
        """Return the true time."""
        return self.agenda.now

    def wall(self) -> int:
        """Return the wall clock of the machine."""
        return self.now + self.clock_is_off_by

    def point(self, place: str, weight: float = 1.0) -> None:
        """Crash here now and then."""
        if self.calm or self.figures.crashes.total() >= CRASHES_MAX:
            return
        if self.draw.random() < self.swarm.crash_rate * weight:
            raise Crash(place)

    def trouble(self) -> None:
        """Fail a transaction while the disk is full, and now and then otherwise."""
        if not self.calm:
            self.nemesis.fail_transaction()

    def channels(self) -> Sequence[SimChannel]:
        """Return the channels of a process that starts now."""
        host_point = self._point_of_the_living
        return [
            SimChannel(name, self.inbox, host_point, self._ill, self.figures) for name in CHANNELS
        ]

    @property
    def _point_of_the_living(self) -> "_Living":
        return _Living(self)

    def run(self) -> None:
        """Let everything happen, then calm down, then let what is left be sent."""
        with self._clock(), closing(self._loop):
            self._begin()
            self.agenda.until(self.world.end - CALM_BEFORE_END)
            self._calm_down()
            self.agenda.until(self.world.end)
            self._end()
            self._drain()

    def act(self, step: Callable[[Host], object]) -> bool:
        """Let the host do something; tell whether it lived to the end of it."""
        if self.host is None or self.now < self.paused_until:
            return False
        host = self.host
        try:
            step(host)
        except Crash as crash:
            self.figures.crashes[crash.place] += 1
            self.down()
            return False
        except (StoreError, StorageFullError):
            # The writer lives through a full disk; a start, or a plan, does not.
            self.down(self.draw.randint(MINUTE, 30 * MINUTE))
            return False
        self._plan_courier()
        return True

    def down(self, pause: int | None = None) -> None:
        """End the process; somebody starts it again after a while."""
        if self.host is not None:
            self.host.gone = True
        self.host = None
        long = self.draw.choices((30_000, 10 * MINUTE, 3 * HOUR), (80, 17, 3))[0]
        wait = self.draw.randint(1000, long) if pause is None else pause
        self.agenda.once("up", self.now + (1000 if self.calm else wait), self._up)

    def _up(self) -> None:
        if self.host is not None:
            return
        self.paused_until = 0
        self.host = Host(self)
        kind = "from a checkpoint" if self.host.offset else "from the log"
        self.figures.restores[kind] += 1
        self.act(self._start)

    def _start(self, host: Host) -> None:
        host.catch_up()
        if self.disk.chunks:
            same = state_hash(host.engine) == self.shadow.hash()
            assert same, f"the restored state differs at chunk {len(self.disk.chunks)}"
        host.listen()
        self.agenda.once("tick", self.now + MINUTE, self._tick)
        self.agenda.once("post", self.now, self.senders.post)

    def _begin(self) -> None:
        self._up()
        if self.host is None:
            self.agenda.once("up", self.now + 1000, self._up)
        self.senders.begin()
        self.agenda.at(self.now + HOUR, self._keep)
        self.nemesis.plan()

    def _tick(self) -> None:
        """Let time pass, when something is due and now and then otherwise."""
        self.act(lambda host: host.turn())
        wait = self.now + self.swarm.tick_ms
        if self.host is not None and not self.now < self.paused_until:
            due = self.host.engine.next_instant()
            least = self.now + self.draw.randint(5000, 3 * MINUTE)
            wait = wait if due is None else min(wait, max(least, due - self.clock_is_off_by))
        self.agenda.once("tick", max(wait, self.paused_until), self._tick)

    def _keep(self) -> None:
        """Write a checkpoint now and then."""
        self.act(lambda host: host.checkpoint())
        self.agenda.at(self.now + self.draw.randint(2 * HOUR, 2 * DAY), self._keep)

    def _plan_courier(self) -> None:
        due = self.disk.next_due()
        if due is not None:
            wanted = max(due - self.clock_is_off_by, self.now + COURIER_MS)
            self.agenda.once("deliver", wanted, self._deliver)

    def _deliver(self) -> None:
        if not self.act(lambda host: host.deliver(self._loop)) and self.host is not None:
            self.agenda.once("deliver", max(self.now + 1000, self.paused_until), self._deliver)

    def _ill(self) -> str:
        return "" if self.calm else illness(self.draw, self.swarm.sink_rate)

    def _calm_down(self) -> None:
        self.calm = True
        self.nemesis.end()
        if self.host is None:
            self._up()
        self.agenda.once("post", self.now, self.senders.post)

    def _end(self) -> None:
        """Take the last turn exactly at the end, and settle what it brings about."""
        assert self.host is not None, "the service did not come back"
        assert not self.senders.wait, "senders still wait"
        self.host.turn()
        self.host.settle()
        self.results.take(self.disk.frames)
        self.results.finish(self.host.engine)
        self.counted = counted(self.host.engine)

    def _drain(self) -> None:
        """Let the courier finish; it must, in a bounded number of steps."""
        assert self.host is not None
        for _ in range(STEPS_MAX):
            due = self.disk.next_due()
            if due is None and not self.host.loop.waiting:
                break
            self.agenda.now = max(self.now + 250, (due or 0) - self.clock_is_off_by)
            self.host.deliver(self._loop)
            self.host.turn()
        self.shadow.wait(self.host.writer.time())

    @contextmanager
    def _clock(self) -> Iterator[None]:
        """Let the real stamps read the simulated clocks."""
        kept, styled = (clock.now_ms, clock.monotonic_ms), structlog.is_configured()
        clock.now_ms, clock.monotonic_ms = self.wall, lambda: self.now
        if not styled:
            # Thousands of lines about full disks would hide the one that matters.
            structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(CRITICAL))
        try:
            yield
        finally:
            clock.now_ms, clock.monotonic_ms = kept
            if not styled:
                structlog.reset_defaults()


class _Living:
    """Pass points on to the process that lives now; the dead ones stop at once."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def point(self, place: str, weight: float = 1.0) -> None:
        if self._simulation.host is None or self._simulation.host.gone:
            raise asyncio.CancelledError
        self._simulation.point(place, weight)

    def trouble(self) -> None:
        self._simulation.trouble()

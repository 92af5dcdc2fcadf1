"""What befalls a run at instants of its own: full disks, wrong clocks, new plans, dead feeds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from service.engine.plan import Exclusion, Plan
from service.errors import StorageFullError
from tests.simulation.facts import BEAT
from tests.simulation.storage import StoreError
from tests.simulation.world import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

STORE_ERROR_RATE = 1 / 4000
SILENT_AFTER = 2 * HOUR
JUMPS = (-DAY, -HOUR, -10 * MINUTE, 10 * MINUTE, HOUR, DAY)


class Nemesis:
    """Plan the faults of one seed that have a time."""

    def __init__(self, simulation: "Simulation") -> None:
        """Take the run that it is about."""
        self._run = simulation
        self._swarm = simulation.swarm
        self._draw = simulation.draw
        self._full_until = 0
        self._first: Plan | None = None
        self.dead: set[str] = set()

    def plan_at_first(self) -> Plan:
        """Return the plan that the service begins with."""
        plan = self._run.world.plan
        if "dead feed" in self._swarm.on:
            crm = plan.sources["crm"]
            beats = {"heartbeat": BEAT, "heartbeat_ms": HOUR // 2} if self._swarm.heartbeat else {}
            quiet = replace(
                crm, silent_after_ms=SILENT_AFTER, believe_quiet_ms=SILENT_AFTER,
                **({"heartbeat_ms": 0} | beats),  # type: ignore[arg-type]
            )  # fmt: skip
            plan = replace(plan, sources={**plan.sources, "crm": quiet})
        self._first = plan
        return plan

    def plan(self) -> None:
        """Choose the instants."""
        run, on = self._run, self._swarm.on
        if "disk full" in on:
            self._times(2, self._fill_disk)
        if "pause" in on:
            self._times(6, self._pause)
        if "upgrade" in on:
            self._times(2, self._upgrade)
        if "clock" in on:
            self._times(4, self._set_clock)
        if "reload" in on:
            self._times(5, self._reload)
        if "dead feed" in on:
            self._times(3, self._kill_feed)
        if "crash" in on:
            self._times(3, run.down)

    def end(self) -> None:
        """Repair everything."""
        self._full_until = 0
        self.dead.clear()
        self._run.paused_until = 0

    def fail_transaction(self) -> None:
        """Raise what the disk does to this transaction, if anything."""
        if self._run.now < self._full_until:
            raise StorageFullError("no room", "wait")
        if "store error" in self._swarm.on and self._draw.random() < STORE_ERROR_RATE:
            self._count("store error")
            raise StoreError("disk I/O error")

    def _times(self, most: int, step: Callable[[], None]) -> None:
        world = self._run.world
        last = world.end - 3 * DAY
        for _ in range(self._draw.randint(1, most)):
            self._run.agenda.at(self._draw.randint(world.begin + HOUR, last), step)

    def _count(self, kind: str) -> None:
        self._run.figures.faults[kind] += 1

    def _fill_disk(self) -> None:
        self._count("disk full")
        self._full_until = self._run.now + self._draw.randint(10 * MINUTE, 3 * HOUR)

    def _pause(self) -> None:
        self._count("pause")
        pause = self._draw.choice((15_000, 10 * MINUTE, HOUR))
        self._run.paused_until = self._run.now + pause

    def _upgrade(self) -> None:
        self._count("upgrade")
        self._run.version += 1
        self._run.down(self._draw.randint(1000, MINUTE))

    def _set_clock(self) -> None:
        """Set the wall clock; half of the time the process is started again under it."""
        self._count("wall clock set")
        self._run.clock_is_off_by += self._draw.choice(JUMPS)
        if self._draw.random() < 0.5:
            self._run.down()

    def _reload(self) -> None:
        self._count("reload")
        assert self._first is not None
        self._run.plan = self._changed(self._first)
        self._run.act(lambda host: host.take_plan())

    def _changed(self, plan: Plan) -> Plan:
        """Return the first plan with a threshold, a holiday or an exclusion changed, or as it was."""
        kind = self._draw.choice(("threshold", "holiday", "exclusion", "back"))
        if kind == "threshold":
            touchpoint = plan.touchpoints["answer-request"]
            rules = tuple(
                replace(rule, at_least=5, kept_below=max(0, rule.kept_below - 2000))
                for rule in touchpoint.rules
            )
            changed = {**plan.touchpoints, "answer-request": replace(touchpoint, rules=rules)}
            return replace(plan, touchpoints=changed)
        day = self._day()
        if kind == "holiday":
            weeks = {
                name: replace(week, closed=tuple(sorted({*week.closed, day})))
                for name, week in plan.calendars.items()
            }
            return replace(plan, calendars=weeks)
        if kind == "exclusion":
            return replace(plan, exclusions=(Exclusion("storm", day, day, "a storm"),))
        return plan

    def _day(self) -> str:
        at = self._run.now + self._draw.randint(-3, 4) * DAY
        return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")

    def _kill_feed(self) -> None:
        if "crm" in self.dead:
            return
        self._count("dead feed")
        self.dead.add("crm")
        back = self._run.now + self._draw.randint(HOUR, 2 * DAY)
        self._run.agenda.at(back, self._revive)

    def _revive(self) -> None:
        self.dead.discard("crm")
        self._run.agenda.once("post", self._run.now, self._run.senders.post)

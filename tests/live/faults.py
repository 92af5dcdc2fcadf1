"""What may happen to a fleet, each with a check that nothing was lost, invented or doubled.

`python -m tests.live.faults [NAME ..]` runs the scenarios one after another and prints a table; the
results of each are compared with a replay of what was sent.
"""

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

from service.engine.results import Results
from service.hosts.replay import Replay
from service.intake.decode import Decoder
from service.settings import compile_settings, load
from tests.live.broker import Broker
from tests.live.fleet import Fleet, Member, fleet, grow
from tests.live.postgres import Cluster, cluster
from tests.live.quick_stream import Sender, planned
from tests.running import until

QUICK = Path(__file__).parent / "quick"
SECONDS, RATE, TAIL_MS, MINUTE_MS = 30.0, 20.0, 18_000, 60_000


@dataclass
class Stage:
    """Hold what a scenario may do things to."""

    broker: Broker
    server: Cluster
    fleet: Fleet
    intakes: list[Member]
    engines: list[Member]


@dataclass(frozen=True)
class Found:
    """State how a scenario ended."""

    name: str
    events: int
    missing: int
    unexpected: int
    equal: bool
    gap_s: float
    keys: int
    doubled: int

    def line(self) -> str:
        """Return a row of the table."""
        equal = "equal" if self.equal else "DIFFERENT"
        return (
            f"{self.name:34} {self.events:6} {self.missing:8} {self.unexpected:11} "
            f"{equal:>10} {self.gap_s:8.1f} {self.keys:9} {self.doubled:8}"
        )


HEAD = (
    f"{'scenario':34} {'events':>6} {'missing':>8} {'unexpected':>11} {'results':>10} "
    f"{'gap s':>8} {'messages':>9} {'doubled':>8}"
)


def play(
    stage: Stage,
    name: str,
    act: Callable[[Stage], None],
    seed: int = 1,
    seconds: float = SECONDS,
) -> Found:
    """Send a stream while something happens, and compare with a replay of it."""
    sender = Sender(stage.broker.address, stage.fleet.prefix, [*planned(seed, seconds, RATE)])
    watch = Watch(stage.fleet)
    sender.start()
    watch.start()
    time.sleep(2)
    act(stage)
    sender.wait()
    last = time.time_ns() // 1_000_000
    # Readings leave with the first whole minute behind the last change.
    whole = -(-(last + TAIL_MS) // MINUTE_MS) * MINUTE_MS
    until(lambda: watch.watermark > whole, 300)
    watch.stop()
    for member in stage.fleet.members:
        if member.is_alive:
            member.stop()
    return _compared(stage, name, sender, watch)


def _compared(stage: Stage, name: str, sender: Sender, watch: "Watch") -> Found:
    got, want = stage.fleet.results(), replayed(stage.fleet, sender.lines)
    missing = want.outcomes.keys() - got.outcomes.keys()
    unexpected = got.outcomes.keys() - want.outcomes.keys()
    database = stage.fleet.database.rpartition("/")[2]
    rows = stage.server.ask("SELECT count(*), count(DISTINCT key) FROM outbox", database)
    sent = int(str(rows[0][0]))
    return Found(
        name,
        len(sender.lines),
        len(missing),
        len(unexpected),
        got.hash() == want.hash(),
        watch.gap_s,
        sent,
        sent - int(str(rows[0][1])),
    )


def replayed(stage_fleet: Fleet, lines: list[tuple[str, bytes]]) -> Results:
    """Return the results of each shard's replay up to where the shard has judged."""
    plan = compile_settings(load(stage_fleet.config)).plan
    key = (stage_fleet.secrets / "customer_key").read_text().strip().encode()
    decoder = Decoder(plan, key)
    events = [e for source, line in lines for e in decoder.decode(line, source)]
    whole = Results()
    for report in stage_fleet.reports():
        for touchpoint, watermark in report["body"]["watermarks"].items():
            replay = Replay(plan)
            wait = next(iter(plan.sources.values())).wait_ms
            replay.run(events, watermark + wait)
            found = replay.memory.results
            found.finish(replay.engine)
            whole.outcomes |= {k: o for k, o in found.outcomes.items() if k[0] == touchpoint}
            whole.readings |= {k: c for k, c in found.readings.items() if k[1] == touchpoint}
            whole.signals += [s for s in found.signals if s["touchpoint"] == touchpoint]
    return whole


class Watch:
    """Look at the shards' reports: how far they have judged, and for how long they stood still."""

    def __init__(self, watched: Fleet) -> None:
        """Take the fleet."""
        self._fleet = watched
        self._stop = Flag()
        self._thread = Thread(target=self._run, daemon=True)
        self.watermark = 0
        self.gap_s = 0.0

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        moved = time.monotonic()
        offsets: dict[str, int] = {}
        while not self._stop.wait(0.1):
            reports = self._reports()
            now = time.monotonic()
            marks = [at for row in reports for at in row["body"]["watermarks"].values()]
            self.watermark = min(marks, default=0)
            found = {row["shard"]: row["log_offset"] for row in reports}
            if found and all(at > offsets.get(shard, -1) for shard, at in found.items()):
                moved, offsets = now, found
            self.gap_s = max(self.gap_s, now - moved)

    def _reports(self) -> list[dict[str, Any]]:
        try:
            return self._fleet.reports()
        except Exception:  # noqa: BLE001 - the server may be the one that is away
            return []


def staged(
    stack: ExitStack, broker: Broker, server: Cluster, *, wait: str = "20s", name: str = "f"
) -> Stage:
    """Return a fleet of one intake and one engine that is at work."""
    folder = Path(tempfile.mkdtemp(prefix="erosion-fleet-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    prefix = f"{name}{time.time_ns() % 10**9}"
    config = folder / "config"
    shutil.copytree(QUICK, config)
    written = (config / "company.yaml").read_text()
    written = written.replace("PREFIX", prefix).replace("wait: 20s", f"wait: {wait}")
    (config / "company.yaml").write_text(written)
    found = stack.enter_context(fleet(broker.address, server.fresh(), config, folder / "run"))
    found.prefix = prefix
    found.prepare(4)
    stage = Stage(broker, server, found, [found.start("intake")], [found.start("engine")])
    until(lambda: len(found.reports()) == 2, 60)
    until(lambda: all(row["body"]["heard"] for row in found.reports()), 60)
    return stage


def nothing(stage: Stage) -> None:
    """Let it run."""


def kill_engine(stage: Stage) -> None:
    """Kill the engine and start another, which takes its name and so its shards."""
    time.sleep(8)
    stage.engines[0].kill9()
    stage.engines[0] = stage.fleet.start("engine")


def kill_named_engine(stage: Stage) -> None:
    """Kill a static member and start it again."""
    stage.engines[0].stop()
    stage.engines[0] = stage.fleet.start("engine", "e1")
    time.sleep(8)
    stage.engines[0].kill9()
    stage.engines[0] = stage.fleet.start("engine", "e1")


def kill_intake(stage: Stage) -> None:
    """Kill the intake and start another."""
    time.sleep(8)
    stage.intakes[0].kill9()
    stage.intakes[0] = stage.fleet.start("intake")


def join_and_leave(stage: Stage) -> None:
    """Let a second engine come and go in order."""
    second = stage.fleet.start("engine")
    time.sleep(12)
    second.stop()


def join_and_kill(stage: Stage) -> None:
    """Let a second engine come, and kill the first."""
    stage.engines.append(stage.fleet.start("engine"))
    time.sleep(10)
    stage.engines[0].kill9()


def restart_broker(stage: Stage) -> None:
    """Kill the broker and start it again."""
    time.sleep(6)
    stage.broker.kill9()
    time.sleep(3)
    stage.broker.start()


def suspend_broker(stage: Stage) -> None:
    """Let the broker stand still."""
    time.sleep(6)
    stage.broker.suspend()
    time.sleep(15)
    stage.broker.resume()


def restart_server(stage: Stage) -> None:
    """Kill PostgreSQL and start it again."""
    time.sleep(6)
    stage.server.kill9()
    time.sleep(4)
    stage.server.start()


def zombie_engine(stage: Stage) -> None:
    """Let an engine stand still for longer than its session, while another takes over."""
    stage.engines.append(stage.fleet.start("engine"))
    time.sleep(8)
    stage.engines[0].process.send_signal(signal.SIGSTOP)
    time.sleep(14)
    stage.engines[0].process.send_signal(signal.SIGCONT)
    time.sleep(4)
    if not stage.engines[0].is_alive:
        stage.engines[0] = stage.fleet.start("engine")


def zombie_intake(stage: Stage) -> None:
    """Let an intake stand still for longer than its session, while another takes over."""
    stage.intakes.append(stage.fleet.start("intake"))
    time.sleep(8)
    stage.intakes[0].process.send_signal(signal.SIGSTOP)
    time.sleep(14)
    stage.intakes[0].process.send_signal(signal.SIGCONT)


def more_partitions(stage: Stage) -> None:
    """Give a raw topic more partitions while it is read."""
    time.sleep(6)
    names = [f"{stage.fleet.prefix}.desk", f"{stage.fleet.prefix}.till"]
    stage.fleet.run(grow(stage.broker.address, dict.fromkeys(names, 6)))


SCENARIOS: dict[str, Callable[[Stage], None]] = {
    "nothing happens": nothing,
    "kill -9 engine, restart": kill_engine,
    "kill -9 engine, static member": kill_named_engine,
    "kill -9 intake, restart": kill_intake,
    "second engine joins, leaves": join_and_leave,
    "second engine joins, first killed": join_and_kill,
    "broker kill -9, restart": restart_broker,
    "broker SIGSTOP 15 s": suspend_broker,
    "PostgreSQL kill -9, restart": restart_server,
    "zombie engine": zombie_engine,
    "zombie intake": zombie_intake,
    "more partitions": more_partitions,
}


def main(names: list[str]) -> Iterator[Found]:
    """Run scenarios."""
    with ExitStack() as stack:
        broker = stack.enter_context(Broker(Path(tempfile.mkdtemp(prefix="erosion-broker-"))))
        server = stack.enter_context(cluster())
        for name in names or [*SCENARIOS]:
            with ExitStack() as inner:
                yield play(staged(inner, broker, server), name, SCENARIOS[name])


if __name__ == "__main__":
    print(HEAD)
    for found in main(sys.argv[1:]):
        print(found.line(), flush=True)

"""A fleet at work on a stream, what is done to it, and the comparison with a replay of what was sent.

A scenario is a function that gets a stage and does something to it, while a stream of known seed is
sent in real time.  Members are under supervisors, as in life.  What the database holds afterwards is
compared with a fold of what was sent, in one process without any fault: outcomes, readings, signals.
"""

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from service.engine.results import Results
from service.errors import StoreAwayError
from service.hosts.replay import Replay
from service.intake.decode import Decoder
from service.settings import compile_settings, load
from tests.live.broker import Broker
from tests.live.fleet import Fleet, fleet
from tests.live.member import Supervisor
from tests.live.postgres import Cluster
from tests.live.quick_stream import Sender, planned
from tests.live.valve import Valve
from tests.live.watch import Watch
from tests.running import until

QUICK = Path(__file__).parent / "quick"
SECONDS, RATE, TAIL_MS, MINUTE_MS = 30.0, 20.0, 18_000, 60_000


@dataclass
class Stage:
    """Hold what a scenario may do things to; `line` leads its first members to the broker, if any."""

    broker: Broker
    server: Cluster
    fleet: Fleet
    seconds: float = SECONDS
    line: Valve | None = None
    intakes: list[Supervisor] = field(default_factory=list)
    engines: list[Supervisor] = field(default_factory=list)

    def add(self, role: str, name: str = "", **more: Any) -> Supervisor:
        """Let one more member join."""
        found = self.fleet.supervise(role, name, **more)
        (self.engines if role == "engine" else self.intakes).append(found)
        return found

    def watermark(self) -> int:
        """Return how far all shards have judged."""
        marks = [at for row in self.fleet.reports() for at in row["body"]["watermarks"].values()]
        return min(marks, default=0)

    def ends(self) -> Counter[int]:
        """Count how members ended by themselves, or by our hand."""
        return sum((one.ends for one in self.fleet.supervisors), Counter[int]())


@dataclass(frozen=True)
class Found:
    """State how a scenario ended."""

    events: int
    missing: int
    unexpected: int
    equal: bool
    gap_s: float
    keys: int
    doubled: int
    ends: Counter[int]

    @property
    def is_good(self) -> bool:
        """Tell whether all is as it must be."""
        return self.equal and not self.missing and not self.unexpected and not self.doubled

    def line(self, name: str) -> str:
        """Return a row of the table."""
        equal = "equal" if self.equal else "DIFFERENT"
        ends = " ".join(f"{count}x{code}" for code, count in sorted(self.ends.items()))
        return (
            f"{name:34} {self.events:6} {self.missing:8} {self.unexpected:11} "
            f"{equal:>10} {self.gap_s:8.1f} {self.keys:9} {self.doubled:8}  {ends}"
        )


HEAD = (
    f"{'scenario':34} {'events':>6} {'missing':>8} {'unexpected':>11} {'results':>10} "
    f"{'gap s':>8} {'messages':>9} {'doubled':>8}  restarts x exit code"
)


def play(stage: Stage, act: Callable[[Stage], None], seed: int = 1) -> Found:
    """Send a stream while something happens, and compare with a replay of it."""
    stream = [*planned(seed, stage.seconds, RATE)]
    sender = Sender(stage.broker.address, stage.fleet.prefix, stream)
    watch = Watch(stage.fleet)
    sender.start()
    watch.start()
    time.sleep(2)
    act(stage)
    sender.wait()
    judged(watch)
    watch.stop()
    ends = stage.ends()
    for one in stage.fleet.supervisors:
        one.leave()
    return compared(stage, sender.lines, watch.gap_s, ends)


def judged(watch: Watch) -> None:
    """Wait until everything that was sent by now is judged."""
    last = time.time_ns() // 1_000_000
    # Readings leave with the first whole minute behind the last change.
    whole = -(-(last + TAIL_MS) // MINUTE_MS) * MINUTE_MS
    until(lambda: watch.watermark > whole, 200)


def compared(
    stage: Stage, lines: list[tuple[str, bytes]], gap_s: float, ends: Counter[int]
) -> Found:
    """Return what the database holds beside what was sent."""
    got, want = stage.fleet.results(), replayed(stage.fleet, lines)
    missing = want.outcomes.keys() - got.outcomes.keys()
    unexpected = got.outcomes.keys() - want.outcomes.keys()
    database = stage.fleet.database.rpartition("/")[2]
    rows = stage.server.ask("SELECT count(*), count(DISTINCT key) FROM outbox", database)
    sent = int(str(rows[0][0]))
    return Found(
        len(lines),
        len(missing),
        len(unexpected),
        got.hash() == want.hash(),
        gap_s,
        sent,
        sent - int(str(rows[0][1])),
        ends,
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


@contextmanager
def staged(
    broker: Broker,
    server: Cluster,
    *,
    wait: str = "20s",
    engines: int = 1,
    intakes: int = 1,
    line: Valve | None = None,
    keep: Path | None = None,
) -> Iterator[Stage]:
    """Give a fleet that is at work; its first members are led over a line to the broker, if any.

    What its processes said is kept in `keep`, or where it failed.
    """
    folder = Path(tempfile.mkdtemp(prefix="erosion-fleet-"))
    prefix = f"f{time.time_ns() % 10**9}"
    config = configured(folder / "config", prefix, wait)
    more = {"EROSION_KAFKA": f"127.0.0.1:{line.port}"} if line else {}
    try:
        with fleet(broker.address, server.fresh(), config, folder / "run") as found:
            found.prefix = prefix
            found.prepare(4)
            stage = Stage(broker, server, found, line=line)
            for role, count in (("intake", intakes), ("engine", engines)):
                stage.add(role, **more)
                for _ in range(1, count):
                    stage.add(role)
            at_work(stage)
            yield stage
        if keep:
            shutil.copytree(folder, keep)
    except BaseException:
        shutil.copytree(folder, Path(tempfile.gettempdir()) / f"erosion-failed-{prefix}")
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def configured(folder: Path, prefix: str, wait: str = "20s") -> Path:
    """Return a configuration for topics of a prefix."""
    shutil.copytree(QUICK, folder)
    written = (folder / "company.yaml").read_text()
    written = written.replace("PREFIX", prefix).replace("wait: 20s", f"wait: {wait}")
    written = written.replace("alerts.jsonl", str(folder.parent / "alerts.jsonl"))
    (folder / "company.yaml").write_text(written)
    return folder


def at_work(stage: Stage, shards: int = 2) -> None:
    """Wait until every shard hears its sources."""

    def hears() -> bool:
        with suppress(psycopg.Error, StoreAwayError):  # the tables may not be there yet
            rows = stage.fleet.reports()
            return len(rows) == shards and all(row["body"]["heard"] for row in rows)
        return False

    until(hears, 60)

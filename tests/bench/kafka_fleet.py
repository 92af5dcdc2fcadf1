"""Fleets of two shards on J1's events: how fast one and two of each role are, and a killed engine.

Both shards get every event, each for a touchpoint of its own, so that two engines have work each.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.gauge import load, tell
from tests.bench.peers.built import prepare
from tests.bench.peers.processes import cpu_of_all, cpu_s
from tests.live.broker import Broker
from tests.live.fleet import Fleet, fleet
from tests.live.member import Member, Supervisor
from tests.live.postgres import Cluster, cluster
from tests.running import until

J1 = Path(__file__).parents[1] / "live" / "j1"
EVENTS, PARTITIONS, SETTLE_S = 100_000, 8, 10.0
# So many characters of each process's log are shown when something failed; seconds to catch up.
TOLD, RECOVERY_S = 6000, 120.0
AGAIN = """
  again:
    journey: drive
    stage: ask
    shard: second
    title: Test drive requests answered, told again
    unit: {kind: dealer}
    owner: operations
    measure: {kind: duration, start: test_drive.requested, stop: test_drive.answered}
    promise: 2h
    rules_off: [waiting]
receivers:"""


@dataclass
class Throughput:
    """State what a fleet did: events a second, and microseconds an event of each part."""

    rate: float
    intake_us: float
    engine_us: float
    postgres_us: float


@contextmanager
def staged() -> Iterator[tuple[Fleet, Cluster]]:
    """Give a fleet without processes, whose raw topic is filled."""
    stream = prepare().data / "events.jsonl"
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="erosion-scale-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        broker = stack.enter_context(Broker(folder / "broker"))
        server = stack.enter_context(cluster())
        config = folder / "config"
        shutil.copytree(J1, config)
        text = (config / "company.yaml").read_text("utf-8")
        text = text.replace("calendars: {}", "calendars: {}\nshards: [main, second]")
        (config / "company.yaml").write_text(text.replace("\nreceivers:", AGAIN), "utf-8")
        made = fleet(broker.address, server.fresh(), config, folder / "run")
        found = stack.enter_context(made)
        stack.enter_context(telling(found.folder))
        found.prepare(PARTITIONS)
        with stream.open("rb") as lines:
            read = [line.rstrip(b"\n") for line in islice(lines, EVENTS)]
        region = msgspec.json.Decoder().decode
        found.send(("j1.raw", region(line)["data"]["region"].encode(), line) for line in read)
        yield found, server


@contextmanager
def telling(folder: Path) -> Iterator[None]:
    """Print what every process said last, if a measurement fails."""
    try:
        yield
    except BaseException:
        for log in sorted(folder.glob("*.log")):
            print(f"--- {log.name}\n{log.read_text('utf-8')[-TOLD:]}", file=sys.stderr)
        raise


def measure_fleet() -> dict[tuple[int, int], Throughput]:
    """Print and return what one and two of each role do on this machine."""
    rates: dict[tuple[int, int], Throughput] = {}
    for intakes, engines in ((1, 1), (2, 1), (1, 2), (2, 2)):
        with staged() as (found, server):
            rate = rates[intakes, engines] = _run(found, server, intakes, engines)
        told = f"{rate.rate:,.0f} events/s (each in both shards)"
        parts = f"intake {rate.intake_us:.1f}, engine {rate.engine_us:.1f}, "
        parts += f"PostgreSQL {rate.postgres_us:.1f} us an event"
        tell(f"{intakes} intake(s), {engines} engine(s), two shards", f"{told}; {parts}", load())
    return rates


def _run(found: Fleet, server: Cluster, intakes: int, engines: int) -> Throughput:
    workers = [_engine(found) for _ in range(engines)]
    until(lambda: _dealt(found, engines), RECOVERY_S)
    roles = {"engine": [one.member for one in workers]}
    roles["intake"] = [found.start("intake", "", "--clock", "events") for _ in range(intakes)]
    until(lambda: _folded(found) > 0, 60)
    begun, began, first = _cpu(roles, server), time.monotonic(), _folded(found)
    until(lambda: _folded(found) >= EVENTS, 300)
    took, used = time.monotonic() - began, _cpu(roles, server)
    us = {name: (used[name] - begun[name]) / (EVENTS - first) * 1e6 for name in used}
    return Throughput((EVENTS - first) / took, us["intake"], us["engine"], us["postgres"])


def _engine(found: Fleet) -> Supervisor:
    """Start an engine as in life: whoever gets a shard back ends, and is started again."""
    worker = found.supervise("engine", f"e{len(found.supervisors)}")
    time.sleep(SETTLE_S)
    return worker


def _dealt(found: Fleet, engines: int) -> bool:
    """Tell whether both shards run, and on as many engines as there are."""
    rows = found.reports()
    return len(rows) == 2 and len({row["worker"] for row in rows}) == engines


def _cpu(roles: dict[str, list[Member]], server: Cluster) -> dict[str, float]:
    used = {name: sum(cpu_s(m.process.pid) for m in members) for name, members in roles.items()}
    return used | {"postgres": cpu_of_all(server.pid)}


def _folded(found: Fleet) -> int:
    """Return how many events both shards have folded and committed."""
    return min((row["body"]["events"] for row in found.reports()), default=0)


def measure_recovery() -> float:
    """Return the seconds from a kill of the only engine until its successor has folded everything."""
    with staged() as (found, _):
        engine = found.supervise("engine", "e1")
        found.start("intake", "", "--clock", "events")
        until(lambda: _folded(found) >= EVENTS, 300)
        covered = [row["body"]["checkpoint"] for row in found.reports()]
        tell("checkpoints at the kill, -1 where none was due yet", str(covered))
        engine.kill9()
        killed_ms, began = time.time_ns() // 10**6, time.monotonic()
        until(lambda: all(_again(row, killed_ms) for row in found.reports()), RECOVERY_S)
        return time.monotonic() - began


def _again(row: dict[str, Any], killed_ms: int) -> bool:
    return bool(row["at"] > killed_ms and row["body"]["events"] >= EVENTS)

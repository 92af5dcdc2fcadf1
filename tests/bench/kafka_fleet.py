"""Fleets of two shards on J1's events: how fast one and two of each role are, and a killed engine.

Both shards get every event, each for a touchpoint of its own, so that two engines have work each.
"""

import shutil
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
from tests.live.member import Member
from tests.live.postgres import Cluster, cluster
from tests.running import until

J1 = Path(__file__).parents[1] / "live" / "j1"
EVENTS, PARTITIONS, SETTLE_S = 100_000, 8, 10.0
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
        found.prepare(PARTITIONS)
        with stream.open("rb") as lines:
            read = [line.rstrip(b"\n") for line in islice(lines, EVENTS)]
        region = msgspec.json.Decoder().decode
        found.send(("j1.raw", region(line)["data"]["region"].encode(), line) for line in read)
        yield found, server


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
    roles = {"engine": [_engine(found) for _ in range(engines)]}
    until(lambda: len(found.reports()) == 2, 60)
    # Whoever gets a shard back ends, for a supervisor to start it again: here that is us.
    roles["engine"] = [one if one.is_alive else found.start("engine") for one in roles["engine"]]
    roles["intake"] = [found.start("intake", "", "--clock", "events") for _ in range(intakes)]
    until(lambda: _folded(found) > 0, 60)
    begun, began, first = _cpu(roles, server), time.monotonic(), _folded(found)
    until(lambda: _folded(found) >= EVENTS, 300)
    took, used = time.monotonic() - began, _cpu(roles, server)
    us = {name: (used[name] - begun[name]) / (EVENTS - first) * 1e6 for name in used}
    return Throughput((EVENTS - first) / took, us["intake"], us["engine"], us["postgres"])


def _engine(found: Fleet) -> Member:
    member = found.start("engine")
    time.sleep(SETTLE_S)
    return member


def _cpu(roles: dict[str, list[Member]], server: Cluster) -> dict[str, float]:
    used = {name: sum(cpu_s(m.process.pid) for m in members) for name, members in roles.items()}
    return used | {"postgres": cpu_of_all(server.pid)}


def _folded(found: Fleet) -> int:
    """Return how many events both shards have folded and committed."""
    return min((row["body"]["events"] for row in found.reports()), default=0)


def measure_recovery() -> float:
    """Return the seconds from a kill of the only engine until its successor has folded everything."""
    with staged() as (found, _):
        engine = found.start("engine", "e1")
        found.start("intake", "", "--clock", "events")
        until(lambda: _folded(found) >= EVENTS, 300)
        covered = [row["body"]["checkpoint"] for row in found.reports()]
        tell("checkpoints at the kill, -1 where none was due yet", str(covered))
        engine.kill9()
        killed_ms, began = time.time_ns() // 10**6, time.monotonic()
        found.start("engine", "e1")
        until(lambda: all(_again(row, killed_ms) for row in found.reports()), 120)
        return time.monotonic() - began


def _again(row: dict[str, Any], killed_ms: int) -> bool:
    return bool(row["at"] > killed_ms and row["body"]["events"] >= EVENTS)

"""A harder job, for this product alone.

`python -m tests.bench.kafka_harder [DEALERS] [WEEKS] [--page FILE]`

The shipped configuration on Kafka: four touchpoints, opening hours, public holidays, pauses, two ways
to be answered and a stock.  Nothing else here could do it, so there is no peer and no oracle: what the
fleet left in its database must be, to the last row, what a replay of the same events gives.
"""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from ruamel.yaml import YAML

from service.engine.results import Results
from service.engine.values import Event
from service.intake.decode import Decoder
from service.settings import compile_settings, load
from service.simulator.run import run
from tests.bench.gauge import load as machine_load
from tests.bench.gauge import tell
from tests.bench.kafka_fleet import telling
from tests.bench.page import written
from tests.bench.peers.processes import cpu_of_all, cpu_s, pinned
from tests.live.broker import Broker
from tests.live.fleet import Fleet, fleet
from tests.live.postgres import Cluster, cluster
from tests.live.stage import replayed
from tests.running import until

SHIPPED = Path(__file__).parents[2] / "config"
TOPIC, PARTITIONS = "harder.raw", 4
THEIRS, OURS, FEW = 0, 1, 5
# The history is older than a broker keeps records: what it deletes meanwhile would be missing.
KEEP = {"log.retention.ms": "-1"}


def main(dealers: int = 200, weeks: int = 4) -> None:
    """Make a stream, run a fleet on it and compare."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="erosion-harder-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        run(folder / "stream", folder / "truth", dealers=dealers, weeks=weeks)
        lines = (folder / "stream").read_bytes().splitlines()
        with pinned(THEIRS):
            broker = stack.enter_context(Broker(folder / "broker", KEEP))
            server = stack.enter_context(cluster())
        config = _config(folder)
        made = fleet(broker.address, server.fresh(), config, folder / "run")
        found = stack.enter_context(made)
        stack.enter_context(telling(found.folder))
        found.prepare(PARTITIONS)
        events = _decoded(found, lines)
        asyncio.run(_send(broker.address, lines, events))
        _measure(found, server, len(events))
        _compare(found, lines)


def _config(folder: Path) -> Path:
    """Copy the shipped configuration and let every source come from one topic."""
    config, yaml = folder / "config", YAML()
    shutil.copytree(SHIPPED, config, ignore=shutil.ignore_patterns("marketplace"))
    company = yaml.load((config / "company.yaml").read_text("utf-8"))
    for source in company["sources"].values():
        source["kafka"] = {"topic": TOPIC}
        source["format"] = "cloudevents"  # the simulator writes whole events for all
        source.pop("map", None)
    with (config / "company.yaml").open("w", encoding="utf-8") as stream:
        yaml.dump(company, stream)
    return config


def _decoded(found: Fleet, lines: Sequence[bytes]) -> list[Event]:
    place = found.folder / "data" / "customer_key"
    place.parent.mkdir(exist_ok=True)
    place.write_text("5" * 64)
    place.chmod(0o600)
    key = place.read_text().encode()
    decoder = Decoder(compile_settings(load(found.config)).plan, key)
    items = [item for line in lines for item in decoder.decode(line)]
    events = [item for item in items if isinstance(item, Event)]
    if len(events) != len(lines):
        raise SystemExit(f"{len(lines) - len(events)} lines were turned away")
    return events


async def _send(address: str, lines: Sequence[bytes], events: Sequence[Event]) -> None:
    """Append the history, each record stamped with the newest time so far."""
    producer = AIOKafkaProducer(bootstrap_servers=address, linger_ms=20)
    await producer.start()
    newest = 0
    for line, event in zip(lines, events, strict=True):
        newest = max(newest, event.time)
        place = hash(event.unit) % PARTITIONS
        await producer.send(TOPIC, line, partition=place, timestamp_ms=newest)
    await producer.stop()


def _measure(found: Fleet, server: Cluster, count: int) -> None:
    with pinned(OURS):
        workers = {"engine": found.supervise("engine")}
        until(lambda: bool(found.reports()), 60)
        workers["intake"] = found.supervise("intake", "", "--clock", "events")
    until(lambda: _events(found) > 0, 60)
    members = {name: worker.member for name, worker in workers.items()}
    begun, began, first = _cpu(members, server), time.monotonic(), _events(found)
    until(lambda: _events(found) >= count, 400)
    took, used = time.monotonic() - began, _cpu(members, server)
    left = count - first
    tell(f"{count:,} events, four touchpoints", f"{left / took:,.0f} events/s on one core")
    if left:  # a short job is over before it can be watched
        us = {name: round((used[name] - begun[name]) / left * 1e6, 1) for name in used}
        tell("us an event", json.dumps(us), machine_load())
    time.sleep(10)  # the last whole minute of counts is still to come
    for worker in workers.values():
        worker.leave()


def _events(found: Fleet) -> int:
    """Return how many records are folded and committed, also those that changed nothing."""
    return min((sum(one[3] for one in row["body"]["read"]) for row in found.reports()), default=0)


def _cpu(members: dict[str, Any], server: Cluster) -> dict[str, float]:
    used = {name: cpu_s(member.process.pid) for name, member in members.items()}
    return used | {"postgres": cpu_of_all(server.pid)}


def _compare(found: Fleet, lines: Sequence[bytes]) -> None:
    """Replay up to where the fleet has judged, and compare all rows by their hash."""
    want, got = replayed(found, [("", line) for line in lines]), found.results()
    same = got.outcomes == want.outcomes
    tell("outcomes", f"{len(got.outcomes):,} rows, {'equal' if same else 'DIFFERENT'}")
    equal = got.hash() == want.hash()
    tell("hash of all results", f"{got.hash()} {'equal' if equal else 'DIFFERENT ' + want.hash()}")
    if not equal:
        _tell_apart(want, got)
        raise SystemExit("the fleet and the replay differ")


def _tell_apart(want: Results, got: Results) -> None:
    """Print what one has and the other has not, a few of each."""
    for name in ("outcomes", "readings"):
        ours, theirs = getattr(got, name).items(), getattr(want, name).items()
        print(name, "only in the fleet", [row for row in ours if row not in theirs][:FEW])
        print(name, "only in the replay", [row for row in theirs if row not in ours][:FEW])
    ours, theirs = (sorted(map(repr, one.signals)) for one in (got, want))
    print("signals only in the fleet", [row for row in ours if row not in theirs][:FEW])
    print("signals only in the replay", [row for row in theirs if row not in ours][:FEW])


if __name__ == "__main__":
    with written(sys.argv, "A harder job, for this product alone", "tests.bench.kafka_harder"):
        main(*map(int, sys.argv[1:]))

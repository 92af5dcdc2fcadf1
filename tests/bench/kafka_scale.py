"""How the roles on Kafka grow, and what a hundred million events a day need.

`python -m tests.bench.kafka_scale [--million] [--page FILE]` prints figures of this machine and, at its
end, the computation from them.  Cases are kept for corrections long after they were judged, so what counts
for memory, checkpoints and a restart is how many an engine holds.
"""

import math
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from alerts.asked import NOTHING, Asked
from alerts.desk import Book
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.values import Event, Frame
from service.hosts.checkpointing import Checkpointing
from service.hosts.collector import calm, loading
from service.hosts.shard import Shard
from service.log.entry import Cut, Run, Told, encode
from service.loop import Ledger
from service.settings import compile_settings, load
from service.store.changelog import newest, rows_of
from service.store.database import Database, open_store
from tests.bench.gauge import Took, proportional, tell, watch
from tests.bench.kafka_fleet import Throughput, measure_fleet, measure_recovery
from tests.bench.page import written
from tests.live.postgres import cluster
from tests.worlds import write_config

CHUNK, MEASURED, START, STEP_MS = 1000, 40_000, 1_780_300_800_000, 500
DAY_EVENTS, PEAK, SHARE = 100_000_000, 5, 0.6
KEPT_DAYS, ENGINE_GB = 7, 16


class Nowhere:
    """Take frames and keep nothing, while cases are only opened."""

    def __init__(self) -> None:
        """Begin before the first frame."""
        self.last = 0

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Say that all are new."""
        self.last = frames[-1].number if frames else self.last
        return list(frames)

    def sit(self, shard: str, number: int) -> None:
        """Count nothing: there is one owner."""

    def asked(self, shard: str, now: int) -> Asked:
        """Return nothing: nobody asks."""
        return NOTHING

    def save_decision(self, decision: object, shard: str) -> None:
        """Do nothing."""


def plan_of(folder: Path, units: int) -> Plan:
    """Return the plan of one plain touchpoint with so many units."""
    config = write_config(folder, {"promise": "30d", "measure": {"clock": "customer"}})
    rows = [f"u{number},Unit {number},r{number % 50},shop" for number in range(units)]
    shops = (config / "shops.csv").read_text("utf-8") + "\n".join(rows) + "\n"
    (config / "shops.csv").write_text(shops, "utf-8")
    return compile_settings(load(config)).plan


def events_of(kind: str, first: int, count: int, units: int, at: int) -> list[Event]:
    """Return questions or answers of cases one after another."""
    found: list[Event] = []
    for number in range(first, first + count):
        key = (2 * number + (kind == "answer")) * 0x9E3779B97F4A7C15 % 2**63
        who: tuple[Any, ...] = (f"c{number:08}", f"u{number % units}", f"{number:024x}", "", "", {})
        time = at + (number - first) * STEP_MS
        found.append(Event(key, key, "crm", f"{kind}{number}", kind, time, None, *who))
    return found


class Folding:
    """Fold entries as an engine does, without Faust between."""

    def __init__(self, plan: Plan) -> None:
        """Begin with the plan."""
        self.shard = Shard(plan.shards[0], None, Book(()), 0, {})
        self.shard.fence.adopt(plan)
        self._routes = self.shard.fence._routes
        self._offset = self._raw = 0
        self.shard.take(0, START, encode(Told("plan", to_data(plan))))

    def take(self, events: Sequence[Event], ledger: Ledger) -> None:
        """Fold one chunk and settle it."""
        last, end = self._raw, self._raw + len(events)
        run = Run("t", "i", 0, last, end, list(range(last, end)), [])
        raw = encode(Cut(self._routes, [run], list(events), [], events[-1].time))
        self._offset, self._raw = self._offset + 1, end
        self.shard.take(self._offset, events[-1].time, raw)
        self.shard.settle(ledger)
        self.shard.settled()


def measure_state(folder: Path, cases: int, units: int, url: str) -> dict[str, float]:
    """Open cases, then measure a turn's cost, a checkpoint and a restore on them."""
    folding, nowhere = Folding(plan_of(folder / f"{cases}-{units}", units)), Nowhere()
    before = proportional()
    for first in range(0, cases, CHUNK):
        folding.take(events_of("ask", first, CHUNK, units, START + first * STEP_MS), nowhere)
    size = (proportional() - before) / cases
    store, name = open_store(url), folding.shard.name
    with store.transaction() as transaction:
        transaction.many(
            "INSERT INTO position (shard, frame) VALUES (?, ?)", [(name, nowhere.last)]
        )
    turn = _turns(folding, store, cases, units)
    store.close()
    with watch() as written:
        rows = list(rows_of(name, 1, folding.shard.parts(), Checkpointing.VERSION))
    with watch() as restored, loading():
        found, passed_over = newest(name, dict(rows), Checkpointing.VERSION)
        if found is None:
            raise SystemExit(f"a checkpoint was not read: {passed_over}")
        Shard(name, None, Book(()), 0, {}).restore(found)
    return {
        "us": turn.cpu / MEASURED * 1e6,
        "bytes": size,
        "mb": sum(len(value) for _, value in rows) / 2**20,
        "write_s": written.cpu,
        "restore_s": restored.cpu,
    }


def _turns(folding: Folding, store: Database, cases: int, units: int) -> Took:
    """Fold and commit half questions, half answers."""
    with watch() as took:
        for first in range(0, MEASURED // 2, CHUNK // 2):
            at = START + (cases + first) * STEP_MS
            asks = events_of("ask", cases + first, CHUNK // 2, units, at)
            done = events_of("answer", first % cases, CHUNK // 2, units, at)
            with store.transaction() as transaction:
                folding.take([*asks, *done], transaction)
    return took


def in_a_process(cases: int, units: int, url: str) -> dict[str, float]:
    """Measure in a process of its own, so that one measurement leaves no memory to the next."""
    with (
        ProcessPoolExecutor(1, initializer=calm) as pool,
        tempfile.TemporaryDirectory(prefix="erosion-scale-") as name,
    ):
        return pool.submit(measure_state, Path(name), cases, units, url).result()


def main(given: list[str]) -> None:
    """Print all figures and what follows from them."""
    sizes = [10_000, 100_000] + ([1_000_000] if "--million" in given else [])
    found: dict[tuple[int, int], dict[str, float]] = {}
    with cluster() as server:
        for cases, units in [*((size, 1000) for size in sizes), (100_000, 100), (100_000, 10_000)]:
            row = found[cases, units] = in_a_process(cases, units, server.fresh())
            told = f"{row['us']:.1f} us an event, {row['bytes']:.0f} bytes a case, "
            told += f"checkpoint {row['mb']:.1f} MB"
            more = f"written in {row['write_s']:.1f} s CPU, restored in {row['restore_s']:.1f} s"
            tell(f"{cases:,} open cases, {units:,} units: fold + commit", f"{told}, {more}")
    rates = measure_fleet()
    recovery_s = measure_recovery()
    tell("kill -9 of an engine until it has caught up", f"{recovery_s:.1f} s")
    needs(max(row["us"] for row in found.values()), rates)
    remember(found[sizes[-1], 1000], sizes[-1])


def needs(fold_us: float, rates: dict[tuple[int, int], Throughput]) -> None:
    """Print what a hundred million events a day need of processors, step by step."""
    one = rates[1, 1]
    mean = DAY_EVENTS / 86_400
    peak = mean * PEAK
    print(
        f"\n{DAY_EVENTS:,} events a day are {mean:,.0f}/s, {peak:,.0f}/s in a peak of {PEAK} times"
    )
    for what, us in (("intake", one.intake_us), ("engine", max(one.engine_us, fold_us))):
        cores = peak * us / 1e6
        print(f"{what}: {us:.1f} us an event x {peak:,.0f}/s = {cores:.2f} cores at the peak;")
        print(f"  at {SHARE:.0%} of a core each: {math.ceil(cores / SHARE)} process(es)")
    print(
        f"PostgreSQL: {one.postgres_us:.1f} us x {peak:,.0f}/s = {peak * one.postgres_us / 1e6:.2f} cores"
    )
    print("an engine's share is bounded by its shards: a touchpoint lies in one shard")


def remember(row: dict[str, float], cases: int) -> None:
    """Print what they need of memory: a case is kept for as long as late facts correct it."""
    kept = DAY_EVENTS // 2 * KEPT_DAYS
    whole = kept * row["bytes"] / 1e9
    print(
        f"memory: two events a case, kept {KEPT_DAYS} days (`correct_for`): {kept:,} cases x "
        f"{row['bytes']:.0f} bytes = {whole:,.0f} GB,\n"
        f"  so {math.ceil(whole / ENGINE_GB)} shards of {ENGINE_GB} GB, or fewer days; each restores "
        f"in {row['restore_s'] / cases * ENGINE_GB * 1e9 / row['bytes']:.0f} s, and its checkpoint has "
        f"{row['mb'] / cases * ENGINE_GB * 1e9 / row['bytes'] / 1024:.1f} GB"
    )


if __name__ == "__main__":
    with written(sys.argv, "How the roles grow", "tests.bench.kafka_scale"):
        main(sys.argv[1:])

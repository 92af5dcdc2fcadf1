"""What a hot path costs: `make bench` prints it, no test depends on it.

Each figure is of one run on this machine, best of three where it is short; the budgets of the
architecture stand beside it.  With `--profile` the engine's profile is printed too.
"""

import cProfile
import gc
import http.client
import json
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from service.engine.plan import Plan
from service.engine.values import Event
from service.hosts.collector import calm
from service.hosts.replay import Replay
from service.intake.decode import Decoder
from service.log.codec import encode_events
from service.log.sqlite import SqliteLog
from service.settings import compile_settings, load
from service.simulator.run import run
from service.store.store import Store
from tests.bench.folding import chunks_of, fold_all
from tests.bench.memory import bench_memory
from tests.running import COMMAND, Running, environment, service
from tests.worlds import KEY, write_config

DEALERS, WEEKS = 400, 6
SENDERS = 6
OPEN_CASES = 1_000_000


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Return the seconds of the fastest of some runs."""
    best = float("inf")
    for _ in range(times):
        gc.collect()
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def tell(what: str, seconds: float, count: int, budget: str = "") -> None:
    """Print one line."""
    rate = f"{count / seconds:>10,.0f}/s  {seconds / count * 1e6:>7.2f} us"
    print(f"{what:<58} {rate}   {budget}")


def bench_parts(plan: Plan, lines: list[bytes], folder: Path) -> list[Event]:
    """Measure decode, append, fold and replay on the test-drive stream."""
    decoder = Decoder(plan, KEY)
    events = [item for item in decoder.lines(iter(lines)) if isinstance(item, Event)]
    tell(
        "decode, one line to one event",
        timed(lambda: list(decoder.lines(iter(lines))), 3),
        len(lines),
    )
    chunks = chunks_of(events, 500)
    tell(
        "encode for the log",
        timed(lambda: [encode_events(c.events) for c in chunks], 3),
        len(events),
    )
    store = Store.open(f"sqlite:///{folder / 'append.db'}")
    log = SqliteLog(store)

    def append() -> None:
        for chunk in chunks:
            with store.transaction() as transaction:
                log.append(transaction, chunk)

    tell("append, durable, 500 events a commit", timed(append), len(events))
    store.close()
    seconds = timed(lambda: fold_all(plan, chunks), 3)
    engine = fold_all(plan, chunks)
    moved = sum(len(engine._at_work.ears.get(event.type, ())) for event in events)
    tell("fold, per event", seconds, len(events))
    tell("fold, per event and touchpoint moved", seconds, moved, "budget 6 us")
    tell("replay, one chunk an event", timed(lambda: Replay(plan).run(events)), len(events))
    return events


def bench_simple(folder: Path) -> None:
    """Measure the fold on the plainest touchpoint: one duration of two hours, no calendar."""
    config = write_config(folder / "simple", {"promise": "2h", "measure": {"clock": "customer"}})
    plan = compile_settings(load(config)).plan
    events = plain_events(plan, 200_000)
    seconds = timed(lambda: fold_all(plan, chunks_of(events, 500)), 2)
    tell("fold, one plain touchpoint, per event", seconds, len(events), "budget 6 us")


def plain_events(plan: Plan, count: int, *, answered: bool = True) -> list[Event]:
    """Return requests a second apart, each answered after an hour."""
    decoder = Decoder(plan, KEY)
    start = datetime(2026, 6, 1, tzinfo=UTC)
    rows: list[tuple[datetime, dict[str, object]]] = []
    for number in range(count // 2 if answered else count):
        at = start + timedelta(seconds=number)
        rows.append((at, _event(f"s{number}", "ask", at, number)))
        if answered:
            later = at + timedelta(hours=1)
            rows.append((later, _event(f"a{number}", "answer", later, number)))
    rows.sort(key=lambda row: row[0])
    decoded = (decoder.decode(json.dumps(row).encode())[0] for _, row in rows)
    return [item for item in decoded if isinstance(item, Event)]


def _event(name: str, kind: str, at: datetime, number: int) -> dict[str, object]:
    fields: dict[str, object] = {
        "specversion": "1.0",
        "source": "crm",
        "id": name,
        "type": kind,
        "time": at.isoformat(),
    }
    return fields | {"subject": f"c{number}", "unit": "abc"[number % 3], "customer": f"k{number}"}


def bench_embedded(lines: list[bytes], folder: Path) -> None:
    """Measure durable end to end: HTTP batches of 500 from six senders, to the last result stored."""
    with service(folder / "embedded", Path("config"), "--clock", "events") as running:
        begun = time.perf_counter()
        senders = [
            Thread(target=_post_all, args=(running, lines[first::SENDERS]))
            for first in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        taken = time.perf_counter() - begun
        tell("embedded, HTTP batches of 500, durable (202)", taken, len(lines), "budget 20,000/s")
        running.stop()


def _post_all(running: Running, lines: list[bytes]) -> None:
    connection = http.client.HTTPConnection(running.address.removeprefix("http://"))
    for first in range(0, len(lines), 500):
        body = b"".join(lines[first : first + 500])
        connection.request("POST", "/v1/events", body, {"Content-Type": "application/x-ndjson"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 202:
            raise SystemExit(f"answered {answer.status}")


def bench_latency(folder: Path) -> None:
    """Measure from deadline + wait to the message in the hands of the channel."""
    changes = {"promise": "3s", "measure": {"clock": "customer"}, "rules_off": ["objective"]}
    rules = [{"id": "waiting", "kind": "waiting", "at": {"100%": "warning"}, "at_least": 1}]
    more = {"sources": {"crm": {"wait": "1s"}}, "rules": rules}
    config = write_config(folder / "latency", changes | more)
    delays: list[float] = []
    for unit in "abc":
        with service(folder / f"latency-{unit}", config) as running:
            at = datetime.now(tz=UTC)
            body = json.dumps(_event("s", "ask", at, ord(unit) - ord("a"))).encode()
            running.post(body)
            expected = at.timestamp() + 4
            while b"waiting" not in running.out.read_bytes():
                time.sleep(0.01)
            delays.append(time.time() - expected)
            running.stop()
    print(
        f"{'deadline + wait to the message, worst of 3':<58} {max(delays):>10.2f} s               budget 2 s"
    )


def bench_help() -> None:
    """Measure how long `erosion --help` takes."""
    command = [*COMMAND, "--help"]
    seconds = timed(
        lambda: subprocess.run(
            command, env=environment(Path("data")), capture_output=True, check=True
        ),
        5,
    )
    print(f"{'erosion --help':<58} {seconds:>10.2f} s               budget 0.3 s")


def main() -> None:
    """Run all of them, with the collector as a host sets it."""
    calm()
    with tempfile.TemporaryDirectory(prefix="erosion-bench-") as name:
        folder = Path(name)
        stream = folder / "stream.ndjson"
        run(stream, folder / "truth.json", seed=1, dealers=DEALERS, weeks=WEEKS)
        lines = stream.read_bytes().splitlines(keepends=True)
        plan = compile_settings(load(Path("config"))).plan
        print(f"{DEALERS} dealers, {WEEKS} weeks, {len(lines):,} events; {sys.version.split()[0]}")
        events = bench_parts(plan, lines, folder)
        bench_simple(folder)
        bench_embedded(lines, folder)
        bench_latency(folder)
        bench_help()
        bench_memory(folder)
        if "--profile" in sys.argv:
            profile = cProfile.Profile()
            profile.runcall(fold_all, plan, chunks_of(events, 500))
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()

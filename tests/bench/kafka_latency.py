"""From a broken promise to the alert on Kafka, by the wall clock.

`python -m tests.bench.kafka_latency [SECONDS] [--page FILE]`: two thousand events a second come for a
minute.  Most customers are answered at once; each shop in turn leaves one waiting.  The delay is from
that deadline plus `wait` to the moment at which somebody who looks fifty times a second sees the
signal, and the outbox row, committed in the database.
"""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import psycopg
from aiokafka import AIOKafkaProducer

from tests.bench.gauge import load, spread, tell
from tests.bench.page import written
from tests.live.broker import Broker
from tests.live.fleet import Fleet, fleet
from tests.live.postgres import cluster
from tests.running import until

RATE, SECONDS, SHOPS = 2000, 60, 600
PROMISE_S, WAIT_S, STEP_S = 3, 1, 0.02
COMPANY = f"""
schema: erosion/v1
company: Latency
defaults: {{timezone: UTC}}
units: {{shop: {{file: shops.csv}}}}
sources:
  desk:
    format: cloudevents
    delivers: [asked, answered]
    kafka: {{topic: PREFIX.desk}}
    wait: {WAIT_S}s
    silent: {{after: 10m}}
journeys: {{visit: {{title: A visit, stages: [{{id: in, title: I come in}}]}}}}
touchpoints:
  answer:
    journey: visit
    stage: in
    title: Questions answered
    unit: {{kind: shop}}
    owner: operations
    measure: {{kind: duration, start: asked, stop: answered}}
    promise: {PROMISE_S}s
    rules_off: [objective]
    rules:
      - {{id: waiting, kind: waiting, at: {{100%: warning}}, at_least: 1}}
receivers:
  operations: [{{jsonl: {{path: alerts.jsonl}}}}]
"""
SIGNALS = "SELECT scope FROM signal WHERE transition = 'opened'"
OUTBOX = (
    "SELECT s.scope FROM outbox o CROSS JOIN LATERAL unnest(string_to_array(o.alerts, ' ')) a(id) "
    "JOIN signal s ON s.id = a.id"
)


class Watch:
    """Note when each shop is first seen in an answer of the database."""

    def __init__(self, url: str, statement: str) -> None:
        """Begin to look."""
        self.seen: dict[str, float] = {}
        self._url, self._statement = url, statement
        self._stop = Flag()
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._stop.wait(0.02):
                rows = connection.execute(self._statement.encode()).fetchall()
                now = time.time()
                for row in rows:
                    self.seen.setdefault(str(row[0]).rpartition(":")[2], now)


def main(seconds: int = SECONDS) -> None:
    """Run a fleet for a minute and print how late its alerts were."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="erosion-latency-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        broker = stack.enter_context(Broker(folder / "broker"))
        server = stack.enter_context(cluster())
        config = _config(folder, prefix := f"l{time.time_ns() % 10**9}")
        found = stack.enter_context(fleet(broker.address, server.fresh(), config, folder / "run"))
        found.prefix = prefix
        found.prepare(4)
        found.start("intake")
        found.start("engine")
        until(lambda: [row["body"]["heard"] for row in found.reports()] != [], 60)
        _measure(found, seconds)


def _config(folder: Path, prefix: str) -> Path:
    config = folder / "config"
    config.mkdir()
    (config / "company.yaml").write_text(COMPANY.replace("PREFIX", prefix), "utf-8")
    rows = [f"s{number},Shop {number},r{number % 20},always" for number in range(SHOPS)]
    (config / "shops.csv").write_text("\n".join(["id,name,region,calendar", *rows]) + "\n")
    return config


def _measure(found: Fleet, seconds: int) -> None:
    watches = [Watch(found.database, statement) for statement in (SIGNALS, OUTBOX)]
    due = asyncio.run(_send(found, seconds))
    wanted = {shop: at + PROMISE_S + WAIT_S for shop, at in due.items()}
    until(lambda: watches[0].seen.keys() >= wanted.keys(), 30)
    time.sleep(3)
    for watch, what in zip(watches, ("signal", "outbox row"), strict=True):
        watch.stop()
        delays = [watch.seen[shop] - at for shop, at in wanted.items() if shop in watch.seen]
        tell(f"deadline + wait to the {what} committed", spread(delays), "budget p99 3 s")
        if len(delays) < len(wanted):
            tell(f"  no {what} was seen of", f"{len(wanted) - len(delays)} shops")
    tell(f"{RATE:,} events/s for {seconds} s", load())


async def _send(found: Fleet, seconds: int) -> dict[str, float]:
    """Send the stream in real time; return when each shop's waiting customer asked."""
    producer = AIOKafkaProducer(bootstrap_servers=found.address, linger_ms=5)
    await producer.start()
    began, due = time.time(), dict[str, float]()
    step = 0
    try:
        while step < seconds / STEP_S:
            await asyncio.sleep(max(began + step * STEP_S - time.time(), 0))
            for key, value in _events(step, time.time(), due, seconds):
                await producer.send(f"{found.prefix}.desk", value, key=key)
            step += 1
        await producer.flush()
    finally:
        await producer.stop()
    return due


def _events(
    step: int, now: float, due: dict[str, float], seconds: int
) -> Iterator[tuple[bytes, bytes]]:
    """Yield what leaves in one step: pairs of question and answer, and now and then one question."""
    text = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now % 1 * 1000):03d}Z"
    for number in range(int(RATE * STEP_S) // 2):
        case = f"c{step}-{number}"
        shop = f"s{(step + number) % SHOPS}"
        yield case.encode(), _written(f"{case}a", "asked", text, case, shop)
        yield case.encode(), _written(f"{case}b", "answered", text, case, shop)
    every = max(int(seconds / STEP_S) // SHOPS, 1)
    shop = f"s{step // every}"
    if step % every == 0 and shop not in due and len(due) < SHOPS:
        due[shop] = int(now * 1000) / 1000
        yield shop.encode(), _written(f"w{step}", "asked", text, f"w{step}", shop)


def _written(number: str, kind: str, at: str, case: str, shop: str) -> bytes:
    event = {"specversion": "1.0", "source": "desk", "id": number, "type": kind, "time": at}
    return json.dumps(event | {"subject": case, "unit": shop, "customer": f"k{case}"}).encode()


if __name__ == "__main__":
    with written(sys.argv, "From a deadline to the alert", "tests.bench.kafka_latency"):
        main(*map(int, sys.argv[1:]))

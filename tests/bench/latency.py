"""From deadline and `wait` to the message in the channel, by the wall clock, at a million open cases.

The real service runs in a process of its own: writer, courier, the channel of JSON lines.  First
while a restart's first minute runs, then while checkpoints are written one after another.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

from service.bootstrap import Service
from service.hosts import due as pace
from service.hosts.clock import now_ms
from service.hosts.collector import calm
from service.hosts.jobs import Batch
from tests.bench.filled import QUICK_S, UNITS, WAIT_S, Feeder, calling, start
from tests.bench.gauge import spread, tell
from tests.bench.million import asking

ALERTS = 120
PAUSE_S = 0.2
LOAD = 100
PATIENCE_S = 30
UNIT = re.compile(r"Unit (\d+)")


def bench_latency(folder: Path, count: int) -> None:
    """Fill a folder in one process and measure in another, which starts on it."""
    for work in (f"fill({str(folder)!r}, {count})", f"alert({str(folder)!r}, {count})"):
        script = f"from tests.bench import latency; latency.{work}"
        subprocess.run([sys.executable, "-c", script], check=True)


def fill(name: str, count: int) -> None:
    """Open so many cases a few minutes ago."""
    calm()
    service = start(Path(name))
    Feeder(service, now_ms() - count // 100 - 60_000).ask(count)
    service.store.close()


def alert(name: str, count: int) -> None:
    """Start, serve, and let promises be broken while things are done beside it."""
    begun = time.monotonic()
    service = start(Path(name), clock_events=False)
    tell(f"start on {count:,} cases without a checkpoint", f"{time.monotonic() - begun:.1f} s wall")
    Thread(target=_drive, args=(service, Path(name), count), daemon=True).start()
    service.host.run(("127.0.0.1", 0), lambda port: None)


def _drive(service: Service, folder: Path, number: int) -> None:
    caller = Caller(service, folder / "alerts.jsonl", number)
    caller.round("alerts in a restart's first minute, after the deadline and `wait`")
    pace.EVENTS_MIN, pace.CASES_FACTOR = 1, 0
    caller.round("alerts while a checkpoint is written")
    done = len(list((folder / "data" / "checkpoints").iterdir()))
    tell("checkpoints that were written meanwhile", f"{done} kept")
    os.kill(os.getpid(), signal.SIGTERM)


class Watch:
    """Note when each unit's message came to the channel, looking a hundred times a second."""

    def __init__(self, channel: Path) -> None:
        """Begin to look."""
        self._channel = channel
        self.seen: dict[str, float] = {}
        Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        self._channel.touch()
        with self._channel.open(encoding="ascii") as lines:
            while True:
                line = lines.readline()
                if not line:
                    time.sleep(0.01)
                    continue
                found = UNIT.search(json.loads(line)["subject"])
                if found is not None:
                    self.seen.setdefault(f"u{found[1]}", time.time())


class Caller:
    """Call in unit after unit, with some load beside it, and read what was told."""

    def __init__(self, service: Service, channel: Path, number: int) -> None:
        """Begin with the first unit."""
        self._service = service
        self._watch = Watch(channel)
        self._number = number
        self._calls = 0

    def round(self, what: str) -> None:
        """Break so many promises and print how long each alert took."""
        due = dict(self._call() for _ in range(ALERTS))
        latest = max(due.values()) + PATIENCE_S
        while not due.keys() <= self._watch.seen.keys() and time.time() < latest:
            time.sleep(0.1)
        delays = [
            self._watch.seen[unit] - at for unit, at in due.items() if unit in self._watch.seen
        ]
        tell(what, spread(delays), "budget p99 2 s")
        if len(delays) < len(due):
            raise SystemExit(f"{len(due) - len(delays)} alerts never came")

    def _call(self) -> tuple[str, float]:
        """Let one customer call in a unit and others ask; return when the unit is to be told of."""
        time.sleep(PAUSE_S)
        at, unit = now_ms(), f"u{self._calls % UNITS}"
        events = [calling(self._calls, at)]
        events += [asking(self._number + n, at) for n in range(LOAD)]
        self._calls += 1
        self._number += LOAD
        self._service.writer.take(Batch(events, []))
        return unit, at / 1000 + QUICK_S + WAIT_S

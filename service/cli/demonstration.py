"""The demonstration: the real service on an invented month, in front of the reader's eyes.

It starts `erosion run` as a process of its own, sends it the stream day by day over HTTP, and
passes on what the console channel prints.  The month's cars are counted here, from the stream, by
somebody who knows nothing of promises; the promises are read from the service.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from threading import Lock, Thread

import httpx

from service.cli.options import say
from service.cli.sending import post
from service.errors import ErosionError
from service.simulator.run import run
from service.store.reads import Reads

SEED, DEALERS, WEEKS, START = 3, 24, 5, "2026-06-01"
MONTH = "2026-06"
WAIT_S = 20.0
PAUSE_S = 0.05


class Stage:
    """Share one terminal between the alerts on stdout and a progress line on stderr."""

    def __init__(self) -> None:
        """Begin with no progress line."""
        self._lock = Lock()
        self._line = ""
        self._live = sys.stderr.isatty()

    def print(self, text: str) -> None:
        """Print a line of an alert; the progress line moves below it."""
        with self._lock:
            self._clear()
            sys.stdout.write(text)
            sys.stdout.flush()
            self._draw()

    def progress(self, line: str) -> None:
        """Show how far the stream is."""
        with self._lock:
            self._clear()
            self._line = line
            self._draw()

    def _clear(self) -> None:
        if self._live and self._line:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def _draw(self) -> None:
        if self._live and self._line:
            sys.stderr.write(self._line)
            sys.stderr.flush()


def demonstrate(config: Path, *, keep: bool) -> None:
    """Run the demonstration; with `keep` the service stays up until interrupted."""
    folder = Path(tempfile.mkdtemp(prefix="erosion-demo-"))
    stream = folder / "month.ndjson"
    lines = run(
        stream,
        folder / "truth.json",
        seed=SEED,
        dealers=DEALERS,
        weeks=WEEKS,
        start=START,
        config=config,
    )
    say(
        f"{DEALERS} dealers, {WEEKS} weeks, {lines} events; what follows is what their teams get.\n"
    )
    stage = Stage()
    with _service(folder, config, stage) as address:
        _feed(address, stream, folder, stage)
        _closing(stream, folder)
        _where_next(folder, address if keep else "")
        if keep:
            _stay()


@contextmanager
def _service(folder: Path, config: Path, stage: Stage) -> Iterator[str]:
    """Start the service on a free port and pass on what it prints."""
    port = _free_port()
    changes = {"EROSION_DATA": str(folder / "data"), "EROSION_BIND": f"127.0.0.1:{port}"}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("EROSION_")} | changes
    command = [sys.executable, "-c", "from service.cli import main; main()", "run"]
    with (folder / "service.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [*command, "--config", str(config), "--clock", "events"],
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            text=True,
        )
    reading = Thread(target=_pass_on, args=(process, stage), daemon=True)
    reading.start()
    try:
        address = f"http://127.0.0.1:{port}"
        _until_ready(address, process, folder)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=WAIT_S)
        reading.join(timeout=1)


def _pass_on(process: "subprocess.Popen[str]", stage: Stage) -> None:
    for line in process.stdout or ():
        stage.print(line)


def _until_ready(address: str, process: "subprocess.Popen[str]", folder: Path) -> None:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{address}/ready").is_success:
                return
        except httpx.HTTPError:
            time.sleep(PAUSE_S)
    log = (folder / "service.log").read_text(encoding="utf-8")
    raise ErosionError(f"the service did not start:\n{log}", "mend what it says and try again")


def _feed(address: str, stream: Path, folder: Path, stage: Stage) -> None:
    """Send the stream day by day; go on when the day's messages are out."""
    reads = Reads(folder / "data" / "erosion.db")
    sent = 0
    with stream.open("rb") as lines, httpx.Client(base_url=address, timeout=60) as client:
        for day, group in groupby(lines, key=_day):
            body = list(group)
            sent += len(body)
            post(client, "/v1/events", b"".join(body))
            _settle(reads)
            stage.progress(f"  {day}   {sent:,} events   {len(reads.alerts())} alerts open")
    stage.progress("")
    reads.close()


def _settle(reads: Reads) -> None:
    """Wait until the results of what was sent are stored and delivered."""
    deadline = time.monotonic() + WAIT_S
    quiet = 0
    while quiet < 3 and time.monotonic() < deadline:  # noqa: PLR2004 - three looks in a row
        time.sleep(PAUSE_S)
        pending = reads.tuples("SELECT count(*) FROM outbox WHERE state = 'pending'")[0][0]
        quiet = 0 if pending else quiet + 1


def _closing(stream: Path, folder: Path) -> None:
    """Show the same month twice: as a maker counts it, and as its customers lived it."""
    sold = cars_sold(stream, MONTH)
    reads = Reads(folder / "data" / "erosion.db")
    rows = reads.tuples(
        "SELECT touchpoint, sum(kept), sum(late), sum(gave_up), sum(open), sum(unknown) FROM reading "
        "WHERE day LIKE ? GROUP BY touchpoint ORDER BY touchpoint",
        (f"{MONTH}-%",),
    )
    print(f"The same month twice ({MONTH}):")
    print(f"  as sales count it:      {sold} cars sold.")
    for touchpoint, kept, late, gave_up, still, unknown in rows:
        rest = {"gave up before": gave_up, "still within the promise": still, "unknown": unknown}
        told = ", ".join(f"{count} {what}" for what, count in rest.items() if count)
        end = f";\n{' ' * 26}{told}." if told else "."
        print(
            f"  as customers lived it:  {touchpoint}: kept to {kept} people, broken to {late}{end}"
        )
    reads.close()


def cars_sold(stream: Path, month: str) -> int:
    """Count the cars sold in a month, from the stream alone."""
    seen: set[str] = set()
    with stream.open("rb") as lines:
        for line in lines:
            if b'"car.sold"' in line:
                event = json.loads(line)
                if event["type"] == "car.sold" and event["time"].startswith(month):
                    seen.add(event["id"])
    return len(seen)


def _where_next(folder: Path, address: str) -> None:
    environment = f"EROSION_DATA={folder / 'data'}"
    here, called = Path.cwd(), Path(sys.argv[0])
    program = called.relative_to(here) if called.is_relative_to(here) else called
    say("")
    say("Where to look next:")
    for command in ("alerts", "waiting", "why ALERT", "case CASE"):
        say(f"  {environment} {program} {command}")
    say(f"  the promises themselves: config/test-drive.yaml; change one, then: {program} check")
    if address:
        say(
            f"  the service is still up: {address}/v1/alerts and {address}/metrics; end it with Ctrl-C"
        )


def _stay() -> None:
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        say("")


def _day(line: bytes) -> str:
    found: str = json.loads(line)["recordedtime"][:10]
    return found


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port

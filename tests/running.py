"""Start the real program for a test, on a free loopback port, and end it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

COMMAND = [sys.executable, "-c", "from service.cli import main; main()"]
NDJSON = {"Content-Type": "application/x-ndjson"}


@dataclass
class Running:
    """Hold a running service."""

    process: "subprocess.Popen[bytes]"
    address: str
    data: Path
    out: Path
    log: Path

    def post(self, body: bytes, path: str = "/v1/events", **headers: str) -> httpx.Response:
        """Post lines, or what the headers say."""
        return httpx.post(self.address + path, content=body, headers=NDJSON | headers, timeout=30)

    def stop(self) -> int:
        """Ask the service to stop and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def environment(data: Path, **more: str) -> dict[str, str]:
    """Return the environment of a command that works on a data folder."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("EROSION_")}
    return kept | {"EROSION_DATA": str(data), "PYTHONPATH": str(Path.cwd())} | more


def erosion(data: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run one command and return what it printed."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(data, **more),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@contextmanager
def service(
    data: Path,
    config: Path,
    *arguments: str,
    before: Sequence[str] = (),
    logs: Path | None = None,
    **more: str,
) -> Iterator[Running]:
    """Run `erosion run` until the block ends, under another program if there is one before it."""
    port = free_port()
    data.mkdir(parents=True, exist_ok=True)
    out, log = (logs or data) / "stdout.txt", (logs or data) / "stderr.txt"
    with out.open("ab") as stdout, log.open("ab") as stderr:
        process = subprocess.Popen(
            [*before, *COMMAND, "run", "--config", str(config), *arguments],
            env=environment(data, EROSION_BIND=f"127.0.0.1:{port}", **more),
            stdout=stdout,
            stderr=stderr,
        )
    running = Running(process, f"http://127.0.0.1:{port}", data, out, log)
    try:
        _wait(running)
        yield running
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(timeout=20)


def _wait(running: Running) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and running.process.poll() is None:
        try:
            if httpx.get(running.address + "/ready").is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError(running.log.read_text())


def until(condition: "object", seconds: float = 20) -> None:
    """Wait until a callable returns something true."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)

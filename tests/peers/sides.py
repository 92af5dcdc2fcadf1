"""The two that are compared: Debian's Alertmanager, and our courier on its store."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from tests.running import free_port

CONFIG = """
global: {{resolve_timeout: 1h}}
route: {{receiver: r, group_by: ['id'], group_wait: 0s, group_interval: {interval}, repeat_interval: 1h}}
receivers:
- name: r
  webhook_configs: [{{url: 'http://127.0.0.1:{port}/hook', send_resolved: true}}]
"""


class Side(Protocol):
    """Take findings and tell a receiver of them, through deaths and restarts."""

    name: str

    def start(self) -> None:
        """Start, on what is stored."""
        ...

    def fire(self, first: int, count: int) -> None:
        """Say that findings opened, and return once that was taken."""
        ...

    def resolve(self, first: int, count: int) -> None:
        """Say that they are over."""
        ...

    def signal(self, number: int) -> None:
        """Send a signal."""
        ...

    def end(self) -> None:
        """End it for good."""
        ...


class Process:
    """Hold a process by its number."""

    def __init__(self) -> None:
        """Begin with none."""
        self.running: subprocess.Popen[str] | None = None

    def signal(self, number: int) -> None:
        """Send a signal, and wait for the end where it ends the process."""
        assert self.running is not None
        self.running.send_signal(number)
        if number in (signal.SIGKILL, signal.SIGTERM):
            self.running.wait(60)

    def end(self) -> None:
        """End the process."""
        if self.running is not None and self.running.poll() is None:
            self.running.kill()
            self.running.wait()


class Alertmanager(Process):
    """Run Debian's Alertmanager; its sender is the test."""

    name = "Alertmanager"

    def __init__(self, program: str, folder: Path, port: int, interval: str) -> None:
        """Take the program, an empty folder, and the receiver's port."""
        super().__init__()
        self._folder, self._port = folder, free_port()
        (folder / "am.yml").write_text(CONFIG.format(port=port, interval=interval))
        self._line = [
            program, f"--config.file={folder / 'am.yml'}", f"--storage.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self._port}", "--cluster.listen-address=",
        ]  # fmt: skip

    def start(self) -> None:
        """Start, and wait until it is ready."""
        self.running = subprocess.Popen(self._line, stderr=subprocess.DEVNULL, text=True)
        for _ in range(200):
            with suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(f"http://127.0.0.1:{self._port}/-/ready", timeout=5).close()
                return
            time.sleep(0.05)
        raise TimeoutError("Alertmanager does not become ready")

    def fire(self, first: int, count: int) -> None:
        """Post findings, each in a group of its own."""
        self._post(first, count, {})

    def resolve(self, first: int, count: int) -> None:
        """Post that they ended."""
        self._post(first, count, {"endsAt": datetime.now(UTC).isoformat()})

    def _post(self, first: int, count: int, more: dict[str, str]) -> None:
        alerts = [{"labels": {"id": str(n)}} | more for n in range(first, first + count)]
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/api/v2/alerts",
            json.dumps(alerts).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=60).close()  # noqa: S310


class Ours(Process):
    """Run our courier on its store."""

    name = "this service"

    def __init__(self, folder: Path, port: int) -> None:
        """Take an empty folder, and the receiver's port."""
        super().__init__()
        address = f"sqlite:///{folder / 'erosion.db'}"
        self._line: Sequence[str] = [
            sys.executable, "-m", "tests.peers.carrier", address, f"http://127.0.0.1:{port}/hook",
        ]  # fmt: skip

    def start(self) -> None:
        """Start, and wait until it is ready."""
        self.running = subprocess.Popen(
            self._line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._hear("ready")

    def fire(self, first: int, count: int) -> None:
        """File findings."""
        self._order(f"fire {first} {count}")

    def resolve(self, first: int, count: int) -> None:
        """File that they are over."""
        self._order(f"resolve {first} {count}")

    def _order(self, line: str) -> None:
        assert self.running is not None
        assert self.running.stdin is not None
        print(line, file=self.running.stdin, flush=True)
        self._hear("ok")

    def _hear(self, word: str) -> None:
        assert self.running is not None
        assert self.running.stdout is not None
        heard = self.running.stdout.readline().strip()
        if heard != word:
            raise RuntimeError(f"heard {heard!r} instead of {word!r}")

"""A process of a fleet, and whoever starts it again: what a service manager does, without its rules.

A worker may end by design, where going on would be wrong: superseded, cut off, a shard that came
back.  So a fault is only survived together with a supervisor, and how often it had to help is told.
"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGTERM
from threading import Lock, Thread

PAUSE_S, LOOK_S = 0.5, 0.05
# Asks for a person, so that nobody starts it again, as the unit file of a service says.
FINAL = 78


@dataclass
class Member:
    """Hold one process of a fleet."""

    role: str
    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    address: str

    def kill9(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait(timeout=20)

    def stop(self) -> int:
        """Ask it to end and return its exit code."""
        self.process.send_signal(SIGTERM)
        return self.process.wait(timeout=30)

    @property
    def is_alive(self) -> bool:
        """Tell whether it runs."""
        return self.process.poll() is None


@dataclass
class Supervisor:
    """Start a member again whenever it ends, and count how it ended."""

    start: Callable[[], Member]
    note: Callable[[str], None]
    ends: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Start the first life."""
        self._lock = Lock()
        self._wanted = True
        self.member = self.start()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def kill9(self) -> None:
        """Kill the life that runs; the next one follows."""
        with self._lock:
            self.member.kill9()

    def leave(self) -> int:
        """Ask it to end, for good, and return its exit code."""
        self._wanted = False
        self._thread.join()
        return self.member.stop() if self.member.is_alive else self.member.process.wait()

    def drop(self) -> None:
        """Kill it, for good."""
        self._wanted = False
        self._thread.join()
        if self.member.is_alive:
            self.member.process.send_signal(SIGCONT)
            self.member.kill9()

    @property
    def log(self) -> str:
        """Return what the life that runs has said."""
        return self.member.log.read_text()

    def _run(self) -> None:
        while self._wanted:
            time.sleep(LOOK_S)
            code = self.member.process.poll()
            if code is None or not self._wanted:
                continue
            self.ends[code] += 1
            self.note(f"{self.member.log.stem} ended with {code}")
            if code > 0:
                print(f"{self.member.role} ended with {code}: {self.log[-1500:]}", file=sys.stderr)
            if code == FINAL:
                return
            time.sleep(PAUSE_S)
            with self._lock:
                if self._wanted:
                    self.member = self.start()

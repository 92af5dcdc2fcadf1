"""A whole Debian of its own, booted in a container: what the units of deploy/systemd are tried on.

mmdebstrap makes the root from Debian's packages, systemd-nspawn boots it with a systemd of its own
and no network but loopback. A virtual machine was rejected: it needs an image and a processor that
lends itself to it, and asks nothing of a unit that this does not ask. Running the units on the
machine itself was rejected, too: a rehearsal must not leave users, files and timers behind.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.needs import program

PACKAGES = "systemd,systemd-sysv,dbus,python3,python3-venv,ca-certificates,curl,procps"
BOOT_S, END_S, COMMAND_S = 60, 60, 600


class Machine:
    """Run commands as root in a booted Debian."""

    def __init__(self, pid: int) -> None:
        """Take the process that is number one in there."""
        self._enter = ["nsenter", f"--target={pid}", "--all", "--root"]

    def tried(self, line: str) -> "subprocess.CompletedProcess[str]":
        """Run lines of shell in the folder `/src`, however they end."""
        return subprocess.run(
            [*self._enter, "env", "-i", *given(), "sh", "-ec", f"cd /src\n{line}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=COMMAND_S, check=False,
        )  # fmt: skip

    def run(self, line: str) -> str:
        """Run lines of shell; return what they said, or fail with it."""
        done = self.tried(line)
        assert done.returncode == 0, f"{line}\n{done.stdout}"
        return done.stdout.strip()

    def until(self, line: str, seconds: float) -> float:
        """Wait until lines of shell succeed; return after how many seconds that was."""
        begun = time.monotonic()
        while (done := self.tried(line)).returncode:
            assert time.monotonic() - begun < seconds, f"{line}\n{done.stdout}"
            time.sleep(0.2)
        return time.monotonic() - begun


def given() -> list[str]:
    """Return the variables of a command in there: all that pip needs, it has in `/wheels`."""
    return ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "LC_ALL=C.UTF-8",
            "PIP_NO_INDEX=1", "PIP_FIND_LINKS=/wheels", "PIP_DISABLE_PIP_VERSION_CHECK=1"]  # fmt: skip


def make_root(root: Path, suite: str) -> None:
    """Make the root of a Debian with systemd and Python."""
    asked = ["--quiet", "--variant=apt", f"--include={PACKAGES}", suite, str(root)]
    subprocess.run([program("mmdebstrap"), *asked], check=True, stdin=subprocess.DEVNULL)


def fetch(root: Path, shared: Path, wheel: str) -> int:
    """Bring the wheel's libraries to `/wheels`, with this machine's network; return how many."""
    (shared / "wheels").mkdir()
    # What pip is told here about the way out, it is told there, too.
    told = [f"--setenv={name}" for name in os.environ if name.startswith("PIP_")]
    line = f"python3 -m venv /tmp/v; /tmp/v/bin/pip download -q -d /wheels '{wheel}'; rm -r /tmp/v"
    subprocess.run(
        [program("systemd-nspawn"), "--quiet", *_place(root, shared, "bind"), *told,
         "--bind-ro=/etc/ssl/certs", "--chdir=/src", "sh", "-ec", line],
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return len(list((shared / "wheels").iterdir()))


@contextmanager
def booted(root: Path, shared: Path) -> Iterator[Machine]:
    """Boot a root; end it at the end, with all that runs in it."""
    boot = [program("systemd-nspawn"), "--boot", "--private-network"]
    with (shared / "console.txt").open("wb") as console:
        nspawn = subprocess.Popen(
            [*boot, *_place(root, shared, "bind-ro")],
            stdin=subprocess.DEVNULL, stdout=console, stderr=console,
        )  # fmt: skip
        try:
            machine = Machine(_first(nspawn, time.monotonic() + BOOT_S))
            machine.until("systemctl is-system-running | grep -E 'running|degraded'", BOOT_S)
            yield machine
        finally:
            _end(nspawn)


def _place(root: Path, shared: Path, wheels: str) -> list[str]:
    return [f"--directory={root}", f"--machine=erosion-{os.getpid()}",
            "--register=no", "--keep-unit", f"--bind-ro={shared / 'src'}:/src",
            f"--{wheels}={shared / 'wheels'}:/wheels"]  # fmt: skip


def _first(nspawn: "subprocess.Popen[bytes]", deadline: float) -> int:
    """Return the process that became the machine's number one, once it has its systemd."""
    children = Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children")
    while time.monotonic() < deadline and nspawn.poll() is None:
        for pid in children.read_text().split():
            if Path(f"/proc/{pid}/comm").read_text().strip() == "systemd":
                return int(pid)
        time.sleep(0.1)
    raise AssertionError("the machine did not boot")


def _end(nspawn: "subprocess.Popen[bytes]") -> None:
    nspawn.terminate()
    try:
        nspawn.wait(timeout=END_S)
    except subprocess.TimeoutExpired:
        nspawn.kill()
        nspawn.wait()

"""What processes have used, and on which core they run."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Start children on one core only; what runs already stays where it is."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_s(pid: int) -> float:
    """Return user and system seconds of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / TICKS


def cpu_of_all(pid: int) -> float:
    """Return what a process and all of its children have used: a database server is many."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    total = cpu_s(pid)
    for child in found.split():
        try:
            total += cpu_s(int(child))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def peak_mb(pids: Iterable[int]) -> int:
    """Return the sum of the highest resident sizes."""
    return round(sum(_peak_kb(pid) for pid in pids) / 1024)


def _peak_kb(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("ascii"))
    return int(found[1]) if found else 0

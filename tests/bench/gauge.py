"""What the benchmarks at scale measure with: two clocks, memory, and figures on one line."""

import os
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Took:
    """Hold the wall and processor seconds of a block, of this process and of ended children."""

    wall: float = 0.0
    cpu: float = 0.0
    children: float = 0.0

    def __str__(self) -> str:
        """Say both."""
        return f"{self.wall:.1f} s wall, {self.cpu:.1f} s CPU"


@contextmanager
def watch() -> Iterator[Took]:
    """Measure a block; the result is filled in at its end."""
    took = Took()
    wall, cpu, children = time.perf_counter(), time.process_time(), _children()
    try:
        yield took
    finally:
        took.wall = time.perf_counter() - wall
        took.cpu = time.process_time() - cpu
        took.children = _children() - children


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tell(what: str, found: str, budget: str = "") -> None:
    """Print one line."""
    print(f"{what:<62} {found:<44} {budget}".rstrip(), flush=True)


def spread(values: Sequence[float]) -> str:
    """Return median, 95th and 99th percentile and worst of seconds."""
    found = sorted(values)
    told = [
        f"p{share} {found[min(len(found) * share // 100, len(found) - 1)]:.3f} s"
        for share in (50, 95, 99)
    ]
    return ", ".join([*told, f"worst {found[-1]:.3f} s ({len(found)})"])


def proportional(pid: int | str = "self") -> int:
    """Return a process's bytes, shared pages divided among those who share them."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    row = next((row for row in text.splitlines() if row.startswith("Pss:")), "Pss: 0")
    return int(row.split()[1]) * 1024


def size_of(folder: Path) -> int:
    """Return the bytes of all files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def load() -> str:
    """Say what else ran: the load of the machine, of which this process is one."""
    one, five, _ = os.getloadavg()
    return f"load {one:.1f} (1 min), {five:.1f} (5 min) on {os.cpu_count()} cores"

"""What a million open cases cost: `make scale` prints it, no test depends on it.

Each part runs in a process of its own, so that memory is the part's alone.  The cases are those of
tests/bench/million.py.  Parts may be named: `python -m tests.bench.scale monday year`; with
`EROSION_SCALE=0.1` everything is a tenth as large.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from service.engine.fold import Engine
from service.engine.plan_data import to_data
from service.engine.values import Chunk
from service.hosts.collector import calm
from tests.bench.filled import config_of
from tests.bench.gauge import load, tell, watch
from tests.bench.latency import bench_latency
from tests.bench.memory import bench_memory, resident
from tests.bench.million import openings, plain
from tests.bench.monday import bench_monday
from tests.bench.restart import bench_restart
from tests.bench.year import bench_year

SCALE = float(os.environ.get("EROSION_SCALE", "1"))
CASES = int(1_000_000 * SCALE)
YEAR_CASES = int(10_000_000 * SCALE)
STEP = 50_000


def bench_cases(folder: Path) -> None:
    """Open a million cases in this process; say what one costs, with keys as long as real ones."""
    calm()
    engine = Engine()
    engine.fold(Chunk(-(2**62), (), to_data(plain(folder / "plain"))))
    before, cpu, wall = resident(), 0.0, 0.0
    for first in range(0, CASES, STEP):
        events = list(openings(first, min(STEP, CASES - first)))
        with watch() as took:
            for start in range(0, len(events), 500):
                part = events[start : start + 500]
                engine.fold(Chunk(part[-1].time, part))
        cpu, wall = cpu + took.cpu, wall + took.wall
        del events, part
    gc.collect()
    tell(f"fold of {CASES:,} openings", f"{wall:.1f} s wall, {cpu:.1f} s CPU")
    grown = (resident() - before) // CASES
    tell("bytes per open case, all in", f"{grown:,} B", "1,024 B")
    bench_memory(folder)


def prepared(work: Callable[[Path, int], None]) -> Callable[[Path], None]:
    """Let a part begin with the configuration that the real service needs."""

    def run(folder: Path) -> None:
        config_of(folder / "config", folder / "alerts.jsonl")
        work(folder, CASES)

    return run


PARTS: dict[str, Callable[[Path], None]] = {
    "cases": bench_cases,
    "restart": prepared(bench_restart),
    "latency": prepared(bench_latency),
    "monday": lambda folder: bench_monday(CASES),
    "year": lambda folder: bench_year(folder, YEAR_CASES),
}


def main() -> None:
    """Run the parts that are named, or all; each in a process of its own."""
    names = sys.argv[1:] or list(PARTS)
    if len(names) == 1:
        with TemporaryDirectory(prefix="erosion-scale-") as folder:
            PARTS[names[0]](Path(folder))
        return
    for name in names:
        print(f"-- {name}; {load()}", flush=True)
        subprocess.run([sys.executable, "-m", "tests.bench.scale", name], check=True)


if __name__ == "__main__":
    main()

"""What an open case costs in memory, measured in a process of its own."""

import gc
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from service.engine.plan import Plan
from service.engine.values import Event
from service.settings import compile_settings, load
from tests.bench.folding import chunks_of, fold_all
from tests.running import environment
from tests.worlds import write_config

OPEN_CASES = 1_000_000


def bench_memory(folder: Path) -> None:
    """Measure bytes per open case, all in, at one million of them."""
    script = f"from tests.bench.memory import open_many; open_many({str(folder)!r})"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    print(
        f"{f'bytes per open case, at {OPEN_CASES:,}':<58} {done.stdout.strip():>10} B               budget 1,024 B"
    )


def open_many(folder: str) -> None:
    """Open a million cases in this process and print its growth per case."""
    config = write_config(
        Path(folder) / "memory", {"promise": "30d", "measure": {"clock": "customer"}}
    )
    plan = compile_settings(load(config)).plan
    engine = fold_all(plan, [])
    before = resident()
    for first in range(0, OPEN_CASES, 50_000):
        events = _openings(plan, first)
        for chunk in chunks_of(events, 500):
            engine.fold(chunk)
        del events
    gc.collect()
    print(f"{(resident() - before) // OPEN_CASES:,}")


def _openings(plan: Plan, first: int) -> list[Event]:
    at = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * 1000
    return [
        Event(
            n,
            n,
            "crm",
            f"s{n}",
            "ask",
            at + n * 500,
            None,
            f"c{n:07}",
            "abc"[n % 3],
            f"{n:024x}",
            "",
            "",
            {},
        )
        for n in range(first, first + 50_000)
    ]


def resident() -> int:
    """Return this process's resident bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()

"""Kill the feeder at the n-th call of a kind, start it again, and compare with the truth.

`python -m tests.live.killing` is the long form behind `make kill`: every sync, rename, unlink and
truncation, and writes between, with the time that a restart takes.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from service.simulator.run import run
from tests.live.needs import program
from tests.running import environment
from tests.stored import stored_results
from tests.worlds import KEY

FEEDER = Path(__file__).with_name("feeder.py")
CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "rename", "unlink")
Restart = Callable[[Path, Path, int], None]
_CALL = re.compile(r"^\d+\s+(\w+)\(", re.MULTILINE)


@dataclass(frozen=True)
class Point:
    """Name a call at which to kill: in a first start or a later one, which call, which of them."""

    start: str
    call: str
    number: int


@dataclass(frozen=True)
class Scene:
    """Hold a stream, its true results, and how many calls of each kind the starts make."""

    folder: Path
    stream: Path
    truth: str
    calls: Mapping[str, Mapping[str, int]]
    events: int


@dataclass(frozen=True)
class Found:
    """Tell what came of one point."""

    killed: bool
    same: bool
    whole: str
    seconds: float


def feed(data: Path, stream: Path, first: int, *before: str) -> "subprocess.CompletedProcess[str]":
    """Run the feeder, under another program if there is one before it."""
    command = [*before, sys.executable, str(FEEDER), str(data), "config", str(stream), str(first)]
    return subprocess.run(
        command, env=environment(data), capture_output=True, text=True, timeout=120, check=False
    )


def traced(*options: str) -> list[str]:
    """Return the command that watches another one's calls."""
    return [program("strace"), "--seccomp-bpf", "-f", "-qq", *options]


def durable(printed: str) -> int:
    """Return the last count that the feeder told."""
    return int(printed.rsplit(maxsplit=1)[-1]) if printed.split() else 0


def set_up(folder: Path) -> Scene:
    """Make a short stream, count the calls that it takes, and keep its true results."""
    stream = folder / "events.ndjson"
    run(stream, folder / "truth.json", seed=9, dealers=5, weeks=3, start="2026-06-01")
    nothing = folder / "nothing.ndjson"
    nothing.write_bytes(b"")
    for start in ("first", "later"):
        (folder / start).mkdir()
        (folder / start / "customer_key").write_bytes(KEY)
    assert feed(folder / "later", nothing, 0).returncode == 0
    calls, truths = {}, set()
    for start in ("first", "later"):
        data = folder / f"counted-{start}"
        shutil.copytree(folder / start, data)
        trace = folder / f"{start}.txt"
        done = feed(data, stream, 0, *traced("-e", "trace=" + ",".join(CALLS), "-o", str(trace)))
        assert done.returncode == 0, done.stderr
        calls[start] = Counter(_CALL.findall(trace.read_text()))
        truths.add(stored_results(data / "erosion.db").hash())
    (truth,) = truths
    return Scene(folder, stream, truth, calls, len(stream.read_bytes().splitlines()))


def points(scene: Scene, shares: Mapping[str, int]) -> Iterator[Point]:
    """Spread so many points of each call evenly over both starts."""
    for start, counted in scene.calls.items():
        for call, wanted in shares.items():
            count = counted.get(call, 0)
            share = min(wanted, count)
            numbers = {1 + i * (count - 1) // max(1, share - 1) for i in range(share)}
            yield from (Point(start, call, number) for number in sorted(numbers))


def start_again(data: Path, stream: Path, first: int) -> None:
    """Start the program again and let it have the rest of the stream."""
    again = feed(data, stream, first)
    assert again.returncode == 0, again.stderr


def killed_at(scene: Scene, point: Point, again: Restart = start_again) -> Found:
    """Kill at one call, start again with what was not acknowledged, and compare."""
    data = scene.folder / f"{point.start}-{point.call}-{point.number}"
    shutil.copytree(scene.folder / point.start, data)
    when = f"inject={point.call}:signal=KILL:when={point.number}"
    killed = feed(data, scene.stream, 0, *traced("-o", "/dev/null", "-e", when))
    began = time.monotonic()
    again(data, scene.stream, durable(killed.stdout))
    seconds = time.monotonic() - began
    connection = sqlite3.connect(data / "erosion.db")
    whole: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    same = stored_results(data / "erosion.db").hash() == scene.truth
    shutil.rmtree(data)
    return Found(killed.returncode != 0, same, whole, seconds)


def main() -> None:
    """Run the long form and print its figures as JSON."""
    folder = Path(tempfile.mkdtemp())
    scene = set_up(folder)
    everything = dict.fromkeys(CALLS, 10_000) | {"pwrite64": 120}
    chosen = list(points(scene, everything))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda point: killed_at(scene, point), chosen))
    times = sorted(one.seconds for one in found)
    right = sum(one.same and one.whole == "ok" for one in found)
    told = {
        "points": len(found),
        "by call": dict(Counter(point.call for point in chosen)),
        "killed": sum(one.killed for one in found),
        "integrity ok": sum(one.whole == "ok" for one in found),
        "same results": sum(one.same for one in found),
        "events": scene.events,
        "restart and rest of the stream, s": {
            "median": round(median(times), 2),
            "worst": round(times[-1], 2),
        },
    }
    print(json.dumps(told))
    shutil.rmtree(folder)
    sys.exit(0 if right == len(found) else 1)


if __name__ == "__main__":
    main()

"""Killed at any write, the service loses nothing and invents nothing."""

import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.simulator.run import run
from tests.live.needs import program
from tests.running import environment
from tests.stored import stored_results

pytestmark = pytest.mark.live
POINTS = 60
FEEDER = Path(__file__).with_name("feeder.py")


@dataclass(frozen=True)
class Scene:
    """Hold a stream, a data folder as it is before the first event, and the true results."""

    stream: Path
    fresh: Path
    truth: str
    writes: int
    events: int


def feed(data: Path, stream: Path, first: int, *before: str) -> "subprocess.CompletedProcess[str]":
    """Run the feeder, under another program if there is one before it."""
    command = [*before, sys.executable, str(FEEDER), str(data), "config", str(stream), str(first)]
    return subprocess.run(
        command, env=environment(data), capture_output=True, text=True, timeout=120, check=False
    )


def durable(printed: str) -> int:
    """Return the last count that the feeder told."""
    return int(printed.rsplit(maxsplit=1)[-1]) if printed.split() else 0


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Make a short stream, count the writes that it takes, and keep its true results."""
    strace = program("strace")
    folder = tmp_path_factory.mktemp("kill")
    stream = folder / "events.ndjson"
    run(stream, folder / "truth.json", seed=9, dealers=5, weeks=3, start="2026-06-01")
    fresh = folder / "fresh"
    nothing = folder / "nothing.ndjson"
    nothing.write_bytes(b"")
    assert feed(fresh, nothing, 0).returncode == 0
    counted = folder / "counted"
    shutil.copytree(fresh, counted)
    trace = folder / "trace.txt"
    done = feed(counted, stream, 0, strace, "-f", "-qq", "-e", "trace=pwrite64", "-o", str(trace))
    assert done.returncode == 0, done.stderr
    writes = trace.read_text().count("pwrite64(")
    truth = stored_results(counted / "erosion.db").hash()
    return Scene(stream, fresh, truth, writes, len(stream.read_bytes().splitlines()))


def killed_at(scene: Scene, point: int, folder: Path) -> tuple[bool, bool, str]:
    """Kill at one write, start again with what was not acknowledged, and compare."""
    data = folder / f"point-{point}"
    shutil.copytree(scene.fresh, data)
    when = f"inject=pwrite64:signal=KILL:when={point}"
    killed = feed(
        data, scene.stream, 0, program("strace"), "-f", "-qq", "-o", "/dev/null", "-e", when
    )
    again = feed(data, scene.stream, durable(killed.stdout))
    assert again.returncode == 0, again.stderr
    connection = sqlite3.connect(data / "erosion.db")
    whole: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    same = stored_results(data / "erosion.db").hash() == scene.truth
    shutil.rmtree(data)
    return killed.returncode != 0, same, whole


def test_killed_at_sixty_writes(scene: Scene, tmp_path: Path) -> None:
    """Killed at 60 points of writing and started again: the same results hash every time."""
    points = [1 + i * (scene.writes - 1) // (POINTS - 1) for i in range(POINTS)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda point: killed_at(scene, point, tmp_path), points))
    assert sum(killed for killed, _, _ in found) >= POINTS - 1
    assert [same for _, same, _ in found] == [True] * POINTS
    assert {whole for _, _, whole in found} == {"ok"}
    print(f"{POINTS} points of {scene.writes} writes, {scene.events} events: 0 lost, 0 invented")

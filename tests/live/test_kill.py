"""Killed at any write, sync, rename or unlink, the service loses nothing and invents nothing."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import pytest

from tests.live import feeder
from tests.live.killing import Scene, killed_at, points, set_up

pytestmark = pytest.mark.live
HERE = Lock()
SHARES = {
    "pwrite64": 12,
    "fdatasync": 10,
    "fsync": 1,
    "ftruncate": 4,
    "rename": 1,
    "unlink": 7,
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Return a short stream and its true results."""
    return set_up(tmp_path_factory.mktemp("kill"))


def _again_here(data: Path, stream: Path, first: int) -> None:
    """Start again in this process: the same code, without the second it takes to load it."""
    with HERE:
        feeder.main(data, Path("config"), stream, first)


def test_killed_at_sixty_calls(scene: Scene) -> None:
    """Killed at 60 points of touching the disk and started again: the same results hash each time."""
    chosen = list(points(scene, SHARES))
    assert 55 <= len(chosen) <= 65
    assert {point.call for point in chosen} == set(SHARES)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda point: killed_at(scene, point, _again_here), chosen))
    wrong = [p for p, f in zip(chosen, found, strict=True) if not f.same or f.whole != "ok"]
    assert not wrong
    assert sum(one.killed for one in found) >= len(chosen) - 2
    told = dict(Counter(point.call for point in chosen))
    print(f"{len(chosen)} points {told}, {scene.events} events: 0 lost, 0 invented")

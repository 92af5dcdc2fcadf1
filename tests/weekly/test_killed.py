"""Killed at any step around the hour, by several desks, with a clock that is set: once, and not lost."""

import os
import shutil
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from service.report.week import week_named
from service.store.database import Database, open_store
from service.weekly.schedule import DAY_MS, last_due
from service.weekly.sending import World, schedule_of
from tests.live.postgres import Cluster
from tests.weekly.desks import (
    HOUR_MS,
    MINUTE_MS,
    SEVEN,
    WAYS,
    WEEK,
    ZONE,
    Desk,
    Wall,
    fill,
    messages,
    sent,
    world_in,
)

ALL = [("2026-W38", who) for who in WAYS]
MINUTES = range(-3, 6)
POINTS_MIN = 60


class KilledError(BaseException):
    """End a desk at a step, as a kill does: nothing of it runs any more."""


class Fuse:
    """Count steps, and end whoever takes the last one."""

    def __init__(self, left: int, end: Callable[[], None]) -> None:
        """Take how many steps are left."""
        self.left, self.taken, self._end = left, 0, end

    def __call__(self) -> None:
        """Take a step."""
        self.taken += 1
        if self.taken == self.left:
            self._end()


def raised() -> None:
    """End a desk inside this process."""
    raise KilledError


def killed() -> None:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def child(url: str, world: World, fuse: Fuse) -> int:
    """Look around the hour in a process of its own; return how it ended."""
    process = os.fork()
    if process:
        return os.waitpid(process, 0)[1]
    code = 1
    try:
        store, wall = open_store(url), Wall()
        desk = Desk(store, url, world, wall, fuse)
        for minute in MINUTES:
            wall.now = SEVEN + minute * MINUTE_MS
            desk.look()
        store.close()
        code = 0
    except BaseException:  # noqa: BLE001 - it must not go on as a second test run
        traceback.print_exc()
    os._exit(code)


def steps(url: str, world: World) -> int:
    """Return how many steps a desk takes around the hour."""
    fuse, wall = Fuse(0, raised), Wall()
    store = open_store(url)
    desk = Desk(store, url, world, wall, fuse)
    for minute in MINUTES:
        wall.now = SEVEN + minute * MINUTE_MS
        desk.look()
    desk.close()
    store.close()
    return fuse.taken


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World, int]:
    """Return a filled store to copy, the company, and the number of points at which to kill."""
    folder = tmp_path_factory.mktemp("killed")
    world = world_in(folder / "config")
    store = open_store(f"sqlite:///{folder / 'lived' / 'erosion.db'}")
    fill(store)
    store.close()
    shutil.copytree(folder / "lived", folder / "counted")
    return folder, world, steps(f"sqlite:///{folder / 'counted' / 'erosion.db'}", world)


def test_kill_9_at_every_step(scene: tuple[Path, World, int]) -> None:
    """A process is killed at each of its steps and started again: one page each, none lost."""
    folder, world, points = scene
    assert points >= POINTS_MIN
    wrong = []
    for point in range(1, points + 1):
        shutil.copytree(folder / "lived", folder / "now")
        url = f"sqlite:///{folder / 'now' / 'erosion.db'}"
        ended = child(url, world, Fuse(point, killed))
        again = child(url, world, Fuse(0, killed))
        found = (os.WTERMSIG(ended), again, sent(url), messages(url))
        if found != (signal.SIGKILL, 0, ALL, sorted(WAYS.items())):
            wrong.append((point, found))
        shutil.rmtree(folder / "now")
    assert not wrong
    print(f"killed at {points} points: 0 pages twice, 0 lost")


def test_kill_9_on_a_server(postgres: Cluster, tmp_path: Path) -> None:
    """The same on a server, at every fourth step, where what was killed may hold a lock for a while."""
    url, world = postgres.fresh(), world_in(tmp_path / "config")
    store = open_store(url)
    fill(store)
    points = range(1, steps(url, world) + 1, 4)
    for point in points:
        for table in ("digest", "outbox"):
            store.rows(f"DELETE FROM {table} RETURNING 1")  # noqa: S608 - one of two words
        ended = child(url, world, Fuse(point, killed))
        again = child(url, world, Fuse(0, killed))
        assert (os.WTERMSIG(ended), again) == (signal.SIGKILL, 0), point
        assert (sent(url), messages(url)) == (ALL, sorted(WAYS.items())), point
    store.close()


@pytest.mark.parametrize("seed", range(60))
def test_three_desks_and_a_clock_that_is_set(seed: int, tmp_path: Path, lived: Path) -> None:
    """Desks take turns, are ended in the middle and started again while the clock is set: all holds."""
    shutil.copytree(lived, tmp_path / "data")
    url = f"sqlite:///{tmp_path / 'data' / 'erosion.db'}"
    random, world, store = Random(seed), world_in(tmp_path / "config"), open_store(url)
    due = _turns(random, url, world, store)
    store.close()
    found = sent(url)
    assert len(found) == len(set(found))
    assert set(found) == {(week, who) for week in due for who in WAYS}
    assert messages(url) == [(who, len(due) * count) for who, count in sorted(WAYS.items())]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store in which eight weeks were lived, two behind a clock change."""
    folder = tmp_path_factory.mktemp("weeks") / "lived"
    store = open_store(f"sqlite:///{folder / 'erosion.db'}")
    fill(store, [week_named(f"2026-W{number}", ZONE) for number in range(38, 46)])
    store.close()
    return folder


def _turns(random: Random, url: str, world: World, store: Database) -> set[str]:
    """Let desks look for weeks; return the weeks that were due at a look that went well."""
    wall, due = Wall(WEEK.end), set[str]()
    schedule = schedule_of(world.settings)
    assert schedule is not None
    last = week_named("2026-W45", ZONE).end + 8 * HOUR_MS
    desks: dict[int, Desk] = {}
    while wall.now < last:
        wall.now += random.choice(
            (MINUTE_MS, HOUR_MS, 5 * HOUR_MS, DAY_MS, -3 * HOUR_MS, -DAY_MS // 2)
        )
        place = random.randrange(3)
        fuse = Fuse(random.randrange(1, 60), raised)
        desk = desks.setdefault(place, Desk(store, url, world, wall, fuse))
        try:
            desk.look()
        except KilledError:
            desk.close()
            del desks[place]
            continue
        name = last_due(wall.now, schedule).week.name
        due |= {name} if name >= WEEK.name else set()
    for desk in desks.values():
        desk.close()
    whole = Desk(store, url, world, wall)
    whole.look()
    whole.close()
    return due | {last_due(wall.now, schedule).week.name}

"""A PostgreSQL server that hangs, is locked, reads only or is full: an error that says so, in time."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from service.errors import ErosionError, StorageFullError, StoreAwayError
from service.rejected import Reason, rejected
from service.store.database import Database, open_store
from service.store.reports import ShardReport
from tests.live.needs import program
from tests.live.postgres import USER, Cluster, cluster
from tests.live.turns import frame

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """Give a server that keeps what it commits."""
    with cluster() as found:
        yield found


def test_a_server_that_stands_still_is_left(server: Cluster) -> None:
    """A frozen server costs one wait that ends; when it goes on, the same is done again, once."""
    store = open_store(server.fresh())
    store._session.hanging_s = 0.5  # type: ignore[attr-defined]
    _add(store, 1)
    server.freeze()
    with pytest.raises(StoreAwayError):
        _add(store, 2)
    server.thaw()
    _again(store, 2)
    assert store.rows("SELECT kept FROM reading") == [(4,)]
    store.close()


@pytest.mark.parametrize(
    ("setting", "statement", "is_ours"),
    [
        ("lock_timeout", "LOCK TABLE reading", True),
        ("idle_in_transaction_session_timeout", "UPDATE position SET frame = 1", False),
    ],
)
def test_waits_have_an_end(server: Cluster, setting: str, statement: str, is_ours: bool) -> None:
    """A table that somebody locks, and an owner that stands still inside its transaction."""
    address = server.fresh()
    holder, store = (open_store(f"{address}?options=-c%20{setting}%3D300") for _ in range(2))
    _add(store, 1)
    with pytest.raises(StoreAwayError):
        _held(holder, statement, lambda: (_add if is_ours else _again)(store, 2))
    _again(store, 2)
    assert store.rows("SELECT kept FROM reading") == [(4,)]
    holder.close()
    store.close()


def test_a_server_that_takes_no_writes_is_left(server: Cluster) -> None:
    """After a failover the old server only reads: that is the server being away, not a mistake."""
    store = open_store(server.fresh())
    _add(store, 1)
    for value in ("on", "off"):
        server.ask(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        server.ask("SELECT pg_reload_conf()")
        if value == "on":
            with pytest.raises(StoreAwayError):
                _until_refused(store)
    _again(store, 2)
    assert store.rows("SELECT kept FROM reading") == [(4,)]
    store.close()


def test_no_room_on_the_server_is_no_room(server: Cluster) -> None:
    """The server's word for a full disk is our StorageFullError, and the connection goes on."""
    store = open_store(server.fresh())
    full = "DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$"
    with pytest.raises(StorageFullError), store.transaction() as transaction:
        transaction.change(full, [()])
    _add(store, 1)
    assert store.rows("SELECT kept FROM reading") == [(2,)]
    store.close()


@pytest.fixture
def small_disk(server: Cluster) -> Iterator[Path]:
    """Mount a disk of 16 mebibytes that belongs to the server."""
    folder = server.folder / "small"
    folder.mkdir()
    line = [program("mount"), "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if subprocess.run(line, capture_output=True, check=False).returncode:
        pytest.skip(f"mounting needs root; type: sudo {sys.executable} -m pytest tests/live")
    shutil.chown(folder, USER, USER)
    yield folder
    subprocess.run([program("umount"), "-l", str(folder)], check=True)


def test_a_full_disk_of_the_server_is_lived_through(server: Cluster, small_disk: Path) -> None:
    """The turn that finds no room leaves nothing; with room, the same goes in, on the same line."""
    server.ask(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    server.ask("CREATE DATABASE full_one TABLESPACE small")
    store = open_store(server.url("full_one"))
    filled = list[int]()
    with pytest.raises(StorageFullError, match="no room"):
        _fill_up(store, filled)
    done = filled[-1]
    assert store.rows("SELECT frame FROM position") == [(done,)]
    subprocess.run([program("mount"), "-o", "remount,size=64m", str(small_disk)], check=True)
    _fill(store, done + 1)
    assert store.rows("SELECT frame, (SELECT kept FROM reading) FROM position") == [
        (done + 1, 2 * (done + 1))
    ]
    store.close()
    server.ask("DROP DATABASE full_one")
    server.ask("DROP TABLESPACE small")


@pytest.mark.parametrize(
    ("said", "kept"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")]
)
def test_an_answer_is_durable(server: Cluster, said: str, kept: str) -> None:
    """Whatever the database says, a commit is synced before it is answered."""
    address = server.fresh()
    name = address.rpartition("/")[2]
    server.ask(f"ALTER DATABASE {name} SET synchronous_commit = {said}")
    store = open_store(address)
    assert store.rows("SHOW synchronous_commit") == [(kept,)]
    store.close()


def _fill_up(store: Database, filled: list[int]) -> None:
    for number in range(1, 10_000):
        _fill(store, number)
        filled.append(number)


def _fill(store: Database, number: int) -> None:
    with store.transaction() as transaction:
        transaction.apply_frames("a", [frame(number)])
        bad = [rejected(Reason.JSON, "x", os.urandom(60_000)) for _ in range(4)]
        transaction.quarantine(number, bad)


def test_a_failed_statement_is_never_committed(server: Cluster) -> None:
    """Who goes on after an error gets one, though the server would take the commit in silence."""
    store = open_store(server.fresh())
    with pytest.raises(ErosionError, match="went on after it had failed"):
        _go_on_after_an_error(store)
    assert store.rows("SELECT count(*) FROM reading") == [(0,)]
    store.close()


def _until_refused(store: Database) -> None:
    """Write what changes nothing, until the server has learnt that it takes no writes."""
    for at in range(500):
        with store.transaction() as transaction:
            transaction.report(ShardReport("a", "w", at, 0, 0, 1, 1, {}))


def _held(holder: Database, statement: str, meanwhile: Callable[[], None]) -> None:
    with holder.transaction() as held:
        held.change(statement, [()])
        meanwhile()


def _go_on_after_an_error(store: Database) -> None:
    with store.transaction() as transaction:
        transaction.apply_frames("a", [frame(1)])
        with suppress(Exception):
            transaction.rows("SELECT * FROM nowhere")


def _add(store: Database, number: int) -> None:
    with store.transaction() as transaction:
        transaction.apply_frames("a", [frame(number)])


def _again(store: Database, number: int) -> None:
    for _ in range(100):
        try:
            return _add(store, number)
        except StoreAwayError:
            continue
    raise AssertionError("the server does not come back")

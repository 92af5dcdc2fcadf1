"""A PostgreSQL server that hangs, is locked, reads only or is full: an error that says so, in time."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from service.errors import ErosionError, StorageFullError, StoreAwayError
from service.store.database import Database, open_store
from service.store.reports import ShardReport
from tests.live.postgres import Cluster, cluster
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

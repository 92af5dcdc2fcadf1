"""A PostgreSQL server that goes away, in every way: what is done again is exact, and nothing waits."""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from alerts.desk import Book, Desk
from alerts.signal import Transition
from service.engine.fold import Engine
from service.engine.values import Event, Frame, Outcome, Reading, Waiting
from service.errors import StorageFullError, StoreAwayError
from service.loop import Loop
from service.rejected import Reason, rejected
from service.store.database import Database, open_store
from service.store.reads import Reads
from service.store.reports import ShardReport
from service.store.tables import METADATA
from tests.alerts.fakes import DIRECTORY, NOON, signal
from tests.live.postgres import Cluster, cluster
from tests.live.severed import Line, line

TURNS = 24


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """Give a server that keeps what it commits."""
    with cluster() as found:
        yield found


def frame(number: int) -> Frame:
    """Return a frame with something of everything."""
    case = f"c{number}"
    at = NOON + number * 1000
    how = Transition.OPENED if number % 6 < 3 else Transition.RESOLVED
    late = Event(1, 1, "crm", case, "ask", at, None, case, "", "", "", "", {})
    told = signal(id=f"s{number % 3}", number=number // 3 + 1, transition=how, instant=at)
    return Frame(
        number,
        at,
        (Outcome("t", case, "k", "u", "web", at, at, None, "open", None, None, True, "", 1),),
        (Reading("2026-09-14", "t", "u", "web", 1, 0, 0, 0, 1),) * 2,
        (Waiting("t", case, "k", "u", at, at, 100, at),),
        (told,),
        (late,),
        (late,),
    )


def lived(store: Database, reads: Reads, trouble: Callable[[int], None]) -> None:
    """Take turns as a worker does, and each again for as long as the server is away."""
    loop = Loop(Engine(), Desk(DIRECTORY), Book(), shard="a", position=0)
    for turn in range(TURNS):
        loop.waiting += [frame(turn * 2 + 1), frame(turn * 2 + 2)]
        trouble(turn)
        while not _turned(store, loop, turn):
            _reopen(reads, loop)


def _turned(store: Database, loop: Loop, turn: int) -> bool:
    bad = rejected(Reason.JSON, "x", b"{", "crm")._replace(origin=f"raw/1/0/{turn}")
    try:
        with store.transaction() as transaction:
            loop.settle(transaction)
            transaction.quarantine(turn, [bad])
            transaction.report(ShardReport("a", "w", turn, turn, turn, 1, 1, {}))
    except StoreAwayError:
        return False
    loop.settled()
    return True


def _reopen(reads: Reads, loop: Loop) -> None:
    while True:
        try:
            position = reads.position("a")
            loop.reopen(Book(reads.book(NOON, "a")), position)
        except StoreAwayError:
            continue
        return


def content(store: Database) -> dict[str, list[str]]:
    """Return every row of every table, without the numbers that a table gives itself."""
    found = {}
    for table in METADATA.tables.values():
        names = ", ".join(
            f'"{column.name}"' for column in table.columns if column.autoincrement is not True
        )
        found[table.name] = sorted(map(repr, store.rows(f'SELECT {names} FROM "{table.name}"')))  # noqa: S608
    return found


def undisturbed(folder: Path) -> dict[str, list[str]]:
    """Return what the same turns leave on SQLite, where nothing happens to them."""
    address = f"sqlite:///{folder / 'erosion.db'}"
    store, reads = open_store(address), Reads.readonly(address)
    lived(store, reads, lambda turn: None)
    found = content(store)
    reads.close()
    store.close()
    return found


def _troubles(server: Cluster, link: Line) -> dict[str, Callable[[], None]]:
    def restart(end: Callable[[], None]) -> None:
        end()
        server.start()

    def end_sessions() -> None:
        server.ask(terminate)

    terminate = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'erosion' AND pid <> pg_backend_pid()"
    )
    return {
        "killed": lambda: restart(server.kill9),
        "stopped": lambda: restart(server.stop),
        "sessions ended": end_sessions,
        "answer lost": lambda: setattr(link, "sever", "after"),
        "commit lost": lambda: setattr(link, "sever", "before"),
    }


def test_what_is_done_again_is_exact(server: Cluster, tmp_path: Path) -> None:
    """Killed, stopped, cut off before a commit and after it, again and again: as if undisturbed."""
    draw, told = random.Random(7), list[str]()
    address = server.fresh()
    with line(server.port) as link:
        troubles = _troubles(server, link)
        through = re.sub(r":\d+/", f":{link.port}/", address)
        store, reads = open_store(through), Reads.readonly(address)

        def trouble(turn: int) -> None:
            name = draw.choice(sorted(troubles) * 2 + ["answer lost"])
            told.append(name)
            troubles[name]()

        lived(store, reads, trouble)
        found = content(store)
        reads.close()
        store.close()
    assert set(told) == set(troubles)
    assert found == undisturbed(tmp_path)
    assert found["position"] == [f"('a', {2 * TURNS})"]


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
    with pytest.raises(StoreAwayError, match="half-way"):
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

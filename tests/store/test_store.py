"""The store: all or nothing, once and only once, and never damaged taken for empty."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from service.engine.values import Chunk, Cleared, Event, Frame, Outcome, Reading, Waiting
from service.errors import BusyError, DamagedError
from service.log.codec import decode_events, encode_events
from service.log.sqlite import SqliteLog
from service.rejected import Reason, rejected
from service.store import statements, tables
from service.store.database import Database, open_store
from service.store.reads import Reads
from service.store.store import Store
from tests.alerts.fakes import signal

OUTCOME = Outcome("t", "c1", "k", "u", "web", 1, 5, None, "open", None, None, False, "", 1)
READING = Reading("2026-09-14", "t", "u", "web", 0, 0, 0, 0, 1)
WAITING = Waiting("t", "c1", "k", "u", 1, 5, 100, 5)


def url(folder: Path) -> str:
    """Return the address of a database."""
    return f"sqlite:///{folder / 'data' / 'erosion.db'}"


def frame(number: int, **parts: object) -> Frame:
    """Return a frame with some content."""
    empty = Frame(number, 0, (), (), (), (), ())
    return empty._replace(**parts)  # type: ignore[arg-type]


EVENTS = st.builds(
    Event,
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.text(),
    st.text(),
    st.text(),
    st.integers(-(2**50), 2**50),
    st.none() | st.integers(-(2**50), 2**50),
    st.text(),
    st.text(),
    st.text(),
    st.text(),
    st.text(),
    st.dictionaries(st.text(), st.text() | st.integers() | st.booleans()),
)


@given(st.lists(EVENTS, max_size=5))
def test_events_survive_the_log(events: list[Event]) -> None:
    """What is encoded is what is decoded, to the last bit of a key."""
    assert decode_events(encode_events(events)) == events


def test_the_log_gives_back_its_chunks_in_order(address: str) -> None:
    """Events, controls and ticks come back as they went in, page by page."""
    store = open_store(address)
    log = SqliteLog(store)
    chunks = [Chunk(1, (), {"plan": [1]}), *(Chunk(stamp) for stamp in range(2, 1200))]
    with store.transaction() as transaction:
        for chunk in chunks:
            log.append(transaction, chunk)
    assert [chunk for _, chunk in log.read(0)] == chunks
    assert [seq for seq, _ in log.read(1190)] == list(range(1191, 1200))
    store.close()


def test_a_frame_is_applied_once(address: str) -> None:
    """A frame that comes again changes nothing; readings are added, outcomes replaced."""
    store = open_store(address)
    first = frame(1, outcomes=(OUTCOME,), readings=(READING,), waiting=(WAITING,))
    late = OUTCOME._replace(outcome="late")
    second = frame(2, outcomes=(late,), readings=(READING,), waiting=(Cleared("t", "c1", 9),))
    for frames in ([first], [first, second], [second]):
        with store.transaction() as transaction:
            transaction.apply_frames("main", frames)
    assert store.rows("SELECT outcome FROM outcome") == [("late",)]
    assert store.rows("SELECT open FROM reading") == [(2,)]
    assert store.rows("SELECT * FROM waiting") == []
    store.close()


def test_a_missing_frame_stops_the_shard(address: str) -> None:
    """A gap between what is stored and what comes is damage, not something to step over."""
    store = open_store(address)
    with pytest.raises(DamagedError), store.transaction() as transaction:
        transaction.apply_frames("main", [frame(2)])
    store.close()


def _fail_half_way(store: Database) -> None:
    with store.transaction() as transaction:
        transaction.apply_frames("main", [frame(1, outcomes=(OUTCOME,))])
        transaction.quarantine(1, [rejected(Reason.JSON, "x", b"{")])
        raise ZeroDivisionError


def test_a_transaction_that_fails_leaves_nothing(address: str) -> None:
    """Everything of a turn is kept, or nothing of it."""
    store = open_store(address)
    with pytest.raises(ZeroDivisionError):
        _fail_half_way(store)
    assert store.rows("SELECT * FROM outcome") == []
    assert store.rows("SELECT * FROM quarantine") == []
    with store.transaction() as transaction:
        assert transaction.apply_frames("main", [frame(1)]) == [frame(1)]
    store.close()


def _twice(store: Database) -> None:
    told = signal(id="s1")
    with store.transaction() as transaction:
        transaction.apply_frames("main", [frame(1, outcomes=(OUTCOME,), signals=(told, told))])


def test_a_row_that_is_refused_takes_its_turn_with_it(address: str) -> None:
    """Of many rows in one statement one is wrong: nothing is kept, and the next turn goes on."""
    store = open_store(address)
    with pytest.raises(Exception, match=r"(?i)unique"):
        _twice(store)
    assert store.rows("SELECT * FROM outcome") == []
    with store.transaction() as transaction:
        assert transaction.apply_frames("main", [frame(1)]) == [frame(1)]
    store.close()


def test_a_second_writer_is_turned_away(tmp_path: Path) -> None:
    """The lock names the folder, and is free again after closing."""
    store = Store.open(url(tmp_path))
    with pytest.raises(BusyError, match="another process is using"):
        Store.open(url(tmp_path))
    store.close()
    Store.open(url(tmp_path)).close()


def _another(folder: Path) -> bytes:
    """Return a sound database that is not ours."""
    connection = sqlite3.connect(folder / "another.db")
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    return (folder / "another.db").read_bytes()


@pytest.mark.parametrize("damage", ["random", "cut", "middle", "empty", "another"])
def test_damage_is_refused_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    """A damaged file is never taken for an empty one."""
    store = Store.open(url(tmp_path))
    with store.transaction() as transaction:
        frames = [frame(1, outcomes=tuple(OUTCOME._replace(case=f"c{n}") for n in range(2000)))]
        transaction.apply_frames("main", frames)
    store.close()
    path = tmp_path / "data" / "erosion.db"
    whole = path.read_bytes()
    spoiled = {
        "random": b"not a database " * 500,
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "another": _another(tmp_path),
        "middle": whole[:8192] + b"\x07" * 60_000 + whole[68_192:],
    }[damage]
    path.write_bytes(spoiled)
    with pytest.raises(DamagedError, match="damaged"):
        Store.open(url(tmp_path))
    assert path.read_bytes() == spoiled


def test_readers_cannot_write(tmp_path: Path) -> None:
    """The connection of commands and pages refuses every change."""
    store = Store.open(url(tmp_path))
    reads = Reads.readonly(url(tmp_path))
    with pytest.raises(sqlite3.OperationalError):
        reads.tuples("DELETE FROM outcome")
    reads.close()
    store.close()


def test_files_are_private(tmp_path: Path) -> None:
    """Nobody else on the machine may read what customers lived."""
    Store.open(url(tmp_path)).close()
    assert (tmp_path / "data" / "erosion.db").stat().st_mode & 0o077 == 0


def test_the_database_is_what_the_tables_say(address: str) -> None:
    """Migrations lead to the tables as described: alembic finds nothing to change."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - slow to import
    from alembic.migration import MigrationContext  # noqa: PLC0415

    open_store(address).close()
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables.METADATA)
    engine.dispose()
    assert differences == []


def test_the_hot_statements_name_every_column() -> None:
    """The statements that are kept as text cover the tables they write."""
    for table, statement in (
        (tables.OUTCOME, statements.OUTCOME),
        (tables.SIGNAL, statements.SIGNAL),
    ):
        assert all(f'"{column.name}"' in statement for column in table.columns)
        assert statement.count("?") == len(table.columns)

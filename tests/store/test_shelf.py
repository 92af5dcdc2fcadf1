"""The shelf of rejected inputs: whole, bounded, and never emptied in silence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from service.rejected import EVENT_BYTES_MAX, Reason, Rejected, rejected
from service.store import migrate as migrating
from service.store import shelf
from service.store.database import Database, open_store
from service.store.opening import OURS
from service.store.reads import Reads
from service.store.shelf import Kept, Sums
from service.store.store import Store


@pytest.fixture
def store(address: str) -> Iterator[Database]:
    """Return an empty store of each kind."""
    opened = open_store(address)
    yield opened
    opened.close()


def bad(number: int, size: int = 10) -> Rejected:
    """Return a rejected input of some bytes that do not pack well."""
    noise = b"".join(bytes([(number * 7 + i * i) % 251]) for i in range(size))
    return rejected(Reason.JSON, "x", noise, "crm")


def put(store: Database, *inputs: Rejected) -> Sums:
    """Keep inputs in a transaction of their own."""
    with store.transaction() as transaction:
        sums = transaction.quarantine(1, inputs)
    assert sums is not None
    return sums


def test_an_input_comes_back_whole(store: Database, address: str) -> None:
    """What was turned away is given back to the byte; one beyond 1 MiB keeps its head alone."""
    large = rejected(Reason.SIZE, "x", b"x" * (EVENT_BYTES_MAX + 1))
    sums = put(store, bad(1, 5000), large)
    reads = Reads.readonly(address)
    assert reads.kept([1, 2, 3]) == [Kept(1, "crm", bad(1, 5000).body, "json")]
    assert reads.shelf() == sums == Sums(1, sums.bytes)
    assert [len(row["head"]) for row in reads.quarantine(9)] == [1024, 1024]
    reads.close()


@pytest.mark.parametrize(("bodies", "size"), [(3, 10**9), (10**9, 3 * 110)])
def test_the_oldest_make_room(
    store: Database, monkeypatch: pytest.MonkeyPatch, bodies: int, size: int
) -> None:
    """Beyond a limit of rows or bytes the oldest lose their body, never their row; each is counted."""
    monkeypatch.setattr(shelf, "BODIES_MAX", bodies)
    monkeypatch.setattr(shelf, "BODIES_BYTES_MAX", size)
    emptied = sum(put(store, bad(n, 90)).emptied for n in range(5))
    emptied += put(store, *(bad(n, 90) for n in range(5))).emptied
    left = [row[0] for row in store.rows("SELECT number FROM quarantine WHERE body IS NOT NULL")]
    assert emptied == 10 - len(left) > 0
    assert left == list(range(11 - len(left), 11))
    assert store.rows("SELECT count(*) FROM quarantine") == [(10,)]
    assert store.rows("SELECT count(*) FROM quarantine WHERE body IS NULL AND body_bytes > 0") == [
        (0,)
    ]


def test_a_settled_row_is_marked_and_makes_room(store: Database, address: str) -> None:
    """An accepted input is marked and needs its body no more; another keeps it, with the new reason."""
    put(store, bad(1), bad(2))
    with store.transaction() as transaction:
        sums = shelf.settle(transaction, 5, [1], [("time", "no offset", 2)])
    assert sums.bodies == 1
    rows = store.rows("SELECT reason, detail, redriven_at FROM quarantine ORDER BY number")
    assert rows == [("json", "x", 5), ("time", "no offset", None)]
    reads = Reads.readonly(address)
    assert (
        reads.kept_numbers() == reads.kept_numbers("time") == reads.kept_numbers("", "crm") == [2]
    )
    assert reads.kept_numbers("json") == []
    reads.close()


def _first_version(connection: Connection) -> None:
    connection.exec_driver_sql(f"PRAGMA application_id = {OURS}")
    connection.execute(
        text(
            "INSERT INTO quarantine (at, source, reason, detail, head, hash) "
            "VALUES (1, 'crm', 'json', 'x', x'7b', 'h')"
        )
    )
    connection.commit()


def test_a_database_of_the_first_version_moves_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its quarantine is as it was; old inputs have no body and are not tried again."""
    url = f"sqlite:///{tmp_path / 'erosion.db'}"
    monkeypatch.setattr(migrating, "HEAD", "0001")
    engine = create_engine(url)
    with engine.connect() as connection:
        migrating.migrate(connection)
        _first_version(connection)
    engine.dispose()
    monkeypatch.undo()
    store = Store.open(url)
    assert store.rows("SELECT reason, head, body, body_bytes, redriven_at FROM quarantine") == [
        ("json", b"{", None, 0, None)
    ]
    assert put(store, bad(1)).bodies == 1
    store.close()

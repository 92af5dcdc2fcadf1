"""On a full disk the writer lives on: nothing half done, nothing folded, and it recovers alone."""

import sqlite3
from pathlib import Path

import pytest

from alerts.desk import Book
from service.bootstrap import build
from service.engine.values import Event
from service.errors import StorageFullError
from service.hosts.jobs import Batch
from service.hosts.writer import Writer
from service.settings import ProcessSettings
from service.store.store import Store
from tests.running import until
from tests.stored import stored_results
from tests.worlds import KEY, events_of, plan_of, write_config

HOURS = [f"{hour:02}:{minute:02}" for hour in range(9, 17) for minute in range(60)]


def _lines() -> list[str]:
    return [f"{at} ask c{n} unit=a customer=k{n}" for n, at in enumerate(HOURS)]


def _narrow(store: Store, *, pages: int) -> None:
    """Let the database have so many pages more than it has."""
    now = store.rows("PRAGMA page_count")[0][0]
    store.rows(f"PRAGMA max_page_count = {now + pages}")


def _whole(folder: Path, turns: list[list[Event]], narrow_at: int) -> str:
    """Feed turns to a service, the disk being full at one of them; return the results hash."""
    process = ProcessSettings(data=folder / "data", config=folder / "config")
    service = build(process, clock_events=True)
    for number, events in enumerate(turns):
        batch = Batch(events, [])
        if number == narrow_at:
            _narrow(service.store, pages=1)
            before = (service.loop.engine.tally.accepted, _open(service.loop.book))
            service.writer.turn([batch])
            assert isinstance(batch.done.exception(), StorageFullError)
            assert "no room" in service.writer.trouble()
            assert before == (service.loop.engine.tally.accepted, _open(service.loop.book))
            _narrow(service.store, pages=2**20)
            batch = Batch(events, [])
        service.writer.turn([batch])
        batch.done.result()
        assert not service.writer.trouble()
    service.writer.turn([])
    service.store.close()
    return stored_results(folder / "data" / "erosion.db").hash()


def _open(book: Book) -> list[tuple[str, int]]:
    return [(alert.id, alert.number) for alert in book.open()]


@pytest.mark.parametrize("narrow_at", [1, 3])
def test_a_turn_without_room_did_not_happen(tmp_path: Path, narrow_at: int) -> None:
    """Its sender is told, engine and book stand still, and the same turn later gives the same."""
    results = []
    for name, at in (("full", narrow_at), ("never", -1)):
        folder = tmp_path / name
        write_config(folder / "config", {"rules_off": ["objective"]})
        (folder / "data").mkdir()
        (folder / "data" / "customer_key").write_bytes(KEY)
        events = events_of(plan_of(folder / "config"), _lines())
        turns = [events[n : n + 120] for n in range(0, len(events), 120)]
        results.append(_whole(folder, turns, at))
    assert results[0] == results[1]


def test_the_writer_tries_again_by_itself(tmp_path: Path) -> None:
    """While there is no room senders and callers are told at once; with room all goes on."""
    write_config(tmp_path / "config", {})
    process = ProcessSettings(data=tmp_path / "data", config=tmp_path / "config")
    service = build(process, clock_events=True)
    events = events_of(plan_of(tmp_path / "config"), _lines())
    _narrow(service.store, pages=1)
    writer: Writer = service.writer
    writer.start()
    refused = Batch(events, [])
    writer.take(refused)
    assert isinstance(refused.done.exception(timeout=10), StorageFullError)
    with pytest.raises(StorageFullError):
        writer.call(lambda transaction: transaction.rows("SELECT 1"))
    at_once = Batch(events, [])
    writer.take(at_once)
    assert isinstance(at_once.done.exception(timeout=1), StorageFullError)
    _narrow(service.store, pages=2**20)
    until(lambda: not writer.trouble())
    taken = Batch(events, [])
    writer.take(taken)
    taken.done.result(timeout=10)
    writer.stop()
    assert writer.queued == 0
    assert writer.failed is None
    service.store.close()


def test_a_database_that_another_program_holds_is_waited_for(tmp_path: Path) -> None:
    """A stranger's open transaction refuses turns as a full disk does; when it ends, all goes on."""
    write_config(tmp_path / "config", {})
    process = ProcessSettings(data=tmp_path / "data", config=tmp_path / "config")
    service = build(process, clock_events=True)
    service.store.rows("PRAGMA busy_timeout=100")
    stranger = sqlite3.connect(tmp_path / "data" / "erosion.db", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    events = events_of(plan_of(tmp_path / "config"), _lines())
    refused, taken = Batch(events, []), Batch(events, [])
    service.writer.turn([refused])
    assert isinstance(refused.done.exception(), StorageFullError)
    assert "another program holds" in service.writer.trouble()
    stranger.execute("ROLLBACK")
    service.writer.turn([taken])
    taken.done.result()
    assert not service.writer.trouble()
    stranger.close()
    service.store.close()

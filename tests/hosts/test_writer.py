"""The writer: nobody waits in vain, and the queue has an end."""

from pathlib import Path

import pytest

from service.engine.fold import Engine
from service.engine.plan_data import to_data
from service.engine.values import Chunk, Event
from service.hosts.hours import by_hour
from service.hosts.jobs import Batch, Overloaded
from service.hosts.writer import QUEUED_MAX, Writer
from service.log.sqlite import SqliteLog
from service.loop import Loop
from service.store.store import Store
from service.store.transaction import Transaction
from tests.worlds import events_of, plan_of


def _writer(folder: Path) -> tuple[Writer, Store, list[Event]]:
    plan = plan_of(folder / "config")
    store = Store.open(f"sqlite:///{folder / 'erosion.db'}")
    loop = Loop(Engine())
    loop.fold((Chunk(0, (), to_data(plan)),))
    return (
        Writer(store, SqliteLog(store), loop, None),
        store,
        events_of(plan, ["09:00 ask c1 unit=a"]),
    )


def _disk_full(_: Transaction) -> None:
    raise OSError("No space left on device")


def test_a_failed_turn_tells_everyone_who_waits(tmp_path: Path) -> None:
    """When a transaction fails, its senders hear it, the next ones are refused, the log is as before."""
    writer, store, events = _writer(tmp_path)
    batch = Batch(events, [])
    writer.take(batch)
    failing = pytest.raises(OSError, match="No space left")
    writer.start()
    with failing:
        writer.call(_disk_full)
    writer.stop()
    assert isinstance(writer.failed, OSError)
    with pytest.raises(Overloaded):
        writer.take(Batch(events, []))
    kept = store.rows("SELECT count(*) FROM chunk")[0][0]
    assert kept == (1 if batch.done.exception() is None else 0)
    store.close()


def test_too_many_waiting_events_are_refused(tmp_path: Path) -> None:
    """Beyond the limit a sender is told to come again; what was taken stays taken."""
    writer, store, events = _writer(tmp_path)
    writer.take(Batch(events * QUEUED_MAX, []))
    with pytest.raises(Overloaded):
        writer.take(Batch(events, []))
    store.close()


def test_events_that_bring_their_time_are_cut_by_the_hour(tmp_path: Path) -> None:
    """Chunks keep the order of events, and their stamps never go back."""
    plan = plan_of(tmp_path)
    lines = [
        "09:00 ask c1 unit=a",
        "09:59 ask c2 unit=a",
        "10:01 ask c3 unit=a",
        "09:30 ask c4 unit=a",
    ]
    events = events_of(plan, lines)
    chunks = by_hour(events)
    assert [len(chunk.events) for chunk in chunks] == [2, 2]
    assert [event for chunk in chunks for event in chunk.events] == events
    assert [chunk.stamp for chunk in chunks] == [events[1].time, events[2].time]

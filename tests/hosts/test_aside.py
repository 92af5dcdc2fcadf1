"""A record that the engine cannot fold stops nothing: it is set aside, its neighbours go on."""

import sqlite3
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from service.bootstrap import Service, build
from service.engine.recording import Recorder
from service.engine.results import state_hash
from service.engine.values import Event
from service.hosts.jobs import Batch
from service.settings import ProcessSettings
from tests.worlds import line, write_config


@pytest.fixture
def poison() -> Iterator[pytest.MonkeyPatch]:
    """Make the engine fail on every case whose id begins with `poison`."""
    whole = Recorder.record

    def fails(self: Recorder, event: Event, *rest: object) -> None:
        if event.case.startswith("poison"):
            raise RuntimeError("cannot be folded")
        whole(self, event, *rest)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recorder, "record", fails)
        yield patch


def begun(folder: Path) -> Service:
    """Return the service on a small shop, driven by hand."""
    config = write_config(folder / "config", {"rules_off": ["objective"]})
    process = ProcessSettings(data=folder / "data", config=config)
    return build(process, clock_events=True, console=StringIO())


def feed(service: Service, *words: str) -> None:
    """Send lines as one batch."""
    lines = [line(text, number) for number, text in enumerate(words)]
    items = [item for raw in lines for item in service.decoder.decode(raw)]
    service.writer.turn([Batch([item for item in items if isinstance(item, Event)], [])])
    service.writer.turn([])


WORDS = (
    "09:00 ask c1 unit=a",
    "09:01 ask poison1 unit=a",
    "09:02 ask c2 unit=a",
    "09:03 ask poison2 unit=a",
    "09:04 ask c3 unit=a",
    "09:59 answer c1",
    "11:30 note -",
)


def test_neighbours_go_on(poison: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two bad records of seven are found, kept and told; the five others are judged."""
    service = begun(tmp_path)
    feed(service, *WORDS)
    state = state_hash(service.loop.engine)
    assert service.loop.engine.tally.set_aside == 2
    service.store.close()
    with sqlite3.connect(tmp_path / "data" / "erosion.db") as connection:
        rows = connection.execute("SELECT reason, body_bytes > 0 FROM quarantine").fetchall()
        outcomes = dict(connection.execute("SELECT case_id, outcome FROM outcome").fetchall())
        told = connection.execute("SELECT rule, cases FROM signal").fetchall()
    assert rows == [("fold", 1), ("fold", 1)]
    assert outcomes == {"c1": "kept", "c2": "late", "c3": "late"}
    assert ("set aside", 2) in told
    again = begun(tmp_path)
    assert state_hash(again.loop.engine) == state
    again.store.close()


def test_what_was_set_aside_stays_so_when_the_engine_is_mended(
    poison: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A later start folds the same log to the same state, though it could fold the record now."""
    service = begun(tmp_path)
    feed(service, *WORDS)
    state = state_hash(service.loop.engine)
    service.store.close()
    poison.undo()
    again = begun(tmp_path)
    assert state_hash(again.loop.engine) == state
    again.store.close()


def test_a_passing_fault_sets_nothing_aside(tmp_path: Path) -> None:
    """A fold that fails once, and not the next time, loses no record."""
    service = begun(tmp_path)
    whole, left = Recorder.record, [1]

    def fails_once(self: Recorder, event: Event, *rest: object) -> None:
        if event.case == "c2" and left:
            left.pop()
            raise MemoryError
        whole(self, event, *rest)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recorder, "record", fails_once)
        feed(service, *(word for word in WORDS if "poison" not in word))
    assert service.loop.engine.tally.set_aside == 0
    assert service.loop.engine.tally.accepted == 5
    service.store.close()

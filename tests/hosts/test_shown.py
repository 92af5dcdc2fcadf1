"""What the health rules look at: sources, room, checkpoints and the oldest message that waits."""

from dataclasses import replace
from pathlib import Path

import pytest

from alerts.folding import Heap
from service import metrics
from service.bootstrap import Service, build
from service.engine.snapshot import parts_of
from service.hosts.jobs import Batch
from service.hosts.keeper import Keeper
from service.hosts.space import show_room
from service.positions import Behind
from service.settings import ProcessSettings
from service.store.checkpoints import Checkpoints
from service.watching import _content
from tests.worlds import events_of, write_config

HEARD, SILENT = "erosion_source_heard_timestamp_seconds", "erosion_source_silent"


def sample(name: str, **labels: str) -> float | None:
    """Return what is shown under a name."""
    return metrics.REGISTRY.get_sample_value(name, labels)


def hear(running: Service, *lines: str) -> None:
    """Let a service fold some lines."""
    events = events_of(running.compiled.plan, lines)
    running.writer.turn([Batch(events, [])])
    running.writer.turn([])


def test_a_silent_source_is_shown(tmp_path: Path) -> None:
    """A source is shown with its last word, as silent once it is, and as heard when it returns."""
    sources = {"crm": {"silent": {"after": "1h"}}}
    config = write_config(tmp_path / "config", {"sources": sources})
    running = build(ProcessSettings(data=tmp_path / "data", config=config), clock_events=True)
    hear(running, "09:00 ask c1 unit=a id=1", "09:00 call c1 unit=a id=2")
    first = sample(HEARD, source="crm") or 0
    assert (first > 0, sample(SILENT, source="crm")) == (True, 0)
    hear(running, "11:00 call c1 unit=a id=3")
    assert (sample(HEARD, source="crm"), sample(SILENT, source="crm")) == (first, 1)
    hear(running, "11:01 ask c2 unit=a id=4")
    assert (sample(HEARD, source="crm"), sample(SILENT, source="crm")) == (first + 7260, 0)
    running.store.close()


def test_the_room_on_the_disk_is_shown(tmp_path: Path) -> None:
    """Each look says how much room is left; a folder that is gone ends no look."""
    show_room(tmp_path)
    assert (sample("erosion_storage_free_bytes") or 0) > 0
    show_room(tmp_path / "gone")
    free = sample("erosion_storage_free_bytes")
    assert free != free  # noqa: PLR0124 - how a number that is none is known


def test_a_checkpoint_that_is_found_is_shown_with_its_age(tmp_path: Path) -> None:
    """After a start the newest checkpoint counts from when it was written; a lost one is 0."""
    keeper = Keeper(tmp_path)
    keeper._checkpoints.write(7, [])
    keeper.newest(100)
    written = (tmp_path / "7" / "manifest.json").stat().st_mtime
    assert sample("erosion_checkpoint_timestamp_seconds", shard="main") == int(written)
    assert Checkpoints(tmp_path, (1, 1)).written_s(8) == 0


def test_a_start_keeps_the_time_of_the_checkpoint(tmp_path: Path) -> None:
    """What restored a service is as old as it is; a new beginning would hide that none is written."""
    config = write_config(tmp_path / "config", {})
    process = ProcessSettings(data=tmp_path / "data", config=config)
    first = build(process, clock_events=True)
    hear(first, "09:00 ask c1 unit=a id=1")
    assert sample("erosion_checkpoint_timestamp_seconds", shard="main") == 0
    keeper, seq = first.writer._folding._keeper, first.log.last_seq()
    assert keeper is not None
    keeper._checkpoints.write(seq, parts_of(first.loop.engine))
    first.store.close()
    again = build(process, clock_events=True)
    assert (sample("erosion_checkpoint_timestamp_seconds", shard="main") or 0) > 0
    assert sample("erosion_checkpoint_seq", shard="main") == seq
    again.store.close()


def test_a_partition_of_an_earlier_life_is_shown_no_more() -> None:
    """Another intake reads it now, and shows it."""
    behind = Behind()
    behind.show({("t", 0): 500, ("t", 1): 3})
    behind.show({("t", 1): 0})
    assert sample("erosion_raw_records_behind", topic="t", partition="0") is None
    assert sample("erosion_raw_records_behind", topic="t", partition="1") == 0


def test_the_log_and_the_plan_are_shown(tmp_path: Path) -> None:
    """What is durable and what is judged stand beside each other, and so does what judges by which plan."""
    config = write_config(tmp_path / "config", {})
    running = build(ProcessSettings(data=tmp_path / "data", config=config), clock_events=True)
    before = sample("erosion_log_end_seq", shard="main") or 0
    hear(running, "09:00 ask c1 unit=a id=1")
    assert sample("erosion_log_end_seq", shard="main") == before + 1 == running.log.last_seq()
    assert sample("erosion_log_folded_seq", shard="main") == before + 1
    content = _content(running.loop.engine.plan)
    assert sample("erosion_plan_info", shard="main", hash=content) == 1
    assert _content(replace(running.loop.engine.plan, number=9)) == content
    assert _content(replace(running.loop.engine.plan, shards=("main", "b"))) != content
    running.store.close()


@pytest.mark.parametrize("oldest_at", [0, 1_790_000_000_500])
def test_the_oldest_message_is_shown(oldest_at: int) -> None:
    """A channel shows since when its oldest message waits, 0 where none does."""
    metrics.looked(Heap("slack", 1, oldest_at=oldest_at))
    found = sample("erosion_oldest_message_timestamp_seconds", channel="slack")
    assert found == oldest_at / 1000

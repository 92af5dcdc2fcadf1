"""The sender beside the courier: it follows a reload, outlives its errors, and knows how far data reach."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from service import metrics
from service.bootstrap import build
from service.errors import StoreAwayError
from service.hosts import weekly
from service.hosts.weekly import Weekly
from service.roles.desk import clock
from service.settings import ProcessSettings
from service.store.database import open_store
from service.store.reads import Reads
from service.store.reports import ShardReport
from service.weekly.sending import receivers_of
from tests.weekly.desks import SEVEN, WEEK, Desk, Wall, fill, messages, sent, world_in


def counted(result: str) -> float:
    """Return how many pages ended so."""
    found = metrics.REGISTRY.get_sample_value("erosion_digests_total", {"result": result})
    return found or 0.0


def test_a_reload_changes_who_gets_it(tmp_path: Path) -> None:
    """What is in force at the next look is what was taken last, and a wrong file changes nothing."""
    world_in(tmp_path / "config", "digest: {to: boss}\n")
    process = ProcessSettings(config=tmp_path / "config", data=tmp_path / "data")
    service = build(process)
    service.writer.start()
    try:
        before = service.reloader.world()
        world_in(tmp_path / "config", "digest: {to: [ceo, staff]}\n")
        service.reloader.reload(dry_run=True)
        assert service.reloader.world() is before
        service.reloader.reload(dry_run=False)
    finally:
        service.writer.stop()
        service.store.close()
    after = service.reloader.world()
    assert before is not None
    assert after is not None
    assert receivers_of(before.settings) == ("boss",)
    assert receivers_of(after.settings) == ("ceo", "staff")


def test_errors_are_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is away, and a mistake of ours, end neither the page nor the service."""
    monkeypatch.setattr(weekly, "EVERY_S", 0.01)
    url = f"sqlite:///{tmp_path / 'data' / 'erosion.db'}"
    store = open_store(url)
    fill(store)
    desk = Desk(store, url, world_in(tmp_path / "config"), Wall())
    troubles: list[Exception] = [StoreAwayError("away"), ValueError("ours"), TimeoutError()]

    def call(work: Any) -> object:
        if troubles:
            raise troubles.pop()
        return desk.call(work)

    before = counted("failed"), counted("sent")
    asyncio.run(_looked(Weekly(call, desk.reads, lambda: desk.world, desk.wall, "main"), url))
    assert (counted("failed") - before[0], counted("sent") - before[1]) == (3, 3)
    desk.close()
    store.close()


async def _looked(found: Weekly, url: str) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(found.run(stop))
    for _ in range(500):
        await asyncio.sleep(0.02)
        if len(messages(url)) == 3:
            break
    assert len(sent(url)) == 3
    stop.set()
    await running


def test_before_the_first_event_there_is_no_time(tmp_path: Path) -> None:
    """A log without an event has no time yet, and a company without the block no page."""
    url = f"sqlite:///{tmp_path / 'data' / 'erosion.db'}"
    store = open_store(url)
    desk = Desk(store, url, world_in(tmp_path / "config"), Wall(now=-(2**62)))
    assert desk.look() == 0
    desk.close()
    store.close()


def _report(shard: str, stamp: int) -> ShardReport:
    return ShardReport(shard, "w", SEVEN, 1, stamp, 1, 1, {})


def test_every_shard_must_have_passed(address: str, tmp_path: Path) -> None:
    """How far the data reach is how far the slowest shard is; one that never spoke has no data."""
    store, reads = open_store(address), Reads.readonly(address)
    config = tmp_path / "config"
    world = world_in(config, "shards: [one, two]\ndigest: {to: boss}\n")
    assert clock(reads, world)[1] == 0
    for shard, stamp, reach in (
        ("one", SEVEN, 0),
        ("two", WEEK.end - 1, WEEK.end - 1),
        ("two", WEEK.end, WEEK.end),
        ("old", 5, WEEK.end),
    ):
        with store.transaction() as transaction:
            transaction.report(_report(shard, stamp))
        assert clock(reads, world)[1] == reach
    reads.close()
    store.close()

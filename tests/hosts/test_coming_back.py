"""A worker goes on with shards that come back, and leaves them exactly where newer rules begin."""

import asyncio
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import NoReturn

import pytest

from service.engine.fold import SEMANTICS
from service.engine.plan_data import to_data
from service.errors import StoreAwayError
from service.hosts.clock import now_ms
from service.hosts.engine_worker import EngineWorker
from service.hosts.running import ComeBackError
from service.hosts.shard import OtherRulesError, Shard
from service.log.decided import Record
from service.log.entry import Told, encode
from service.log.reading import FIRST
from service.metrics import REGISTRY
from service.settings import compile_settings, load
from service.store.reads import Reads
from service.store.standing import standing
from service.store.store import Store

PLAN = compile_settings(load(Path("tests/live/quick"))).plan
RULES = Told(f"rules/{SEMANTICS}", {"kind": "semantics", "number": SEMANTICS}, FIRST)
NEWER = Told(f"rules/{SEMANTICS + 1}", {"kind": "semantics", "number": SEMANTICS + 1}, FIRST)
BEGIN = [RULES, Told("plan/1", to_data(PLAN), FIRST), Told("start", {"kind": "start"})]
BOTH = {0: 0, 1: 0}


def sample(name: str, **labels: str) -> float | None:
    """Return what is shown under a name."""
    return REGISTRY.get_sample_value(name, labels)


class Gate:
    """Keep rows as a changelog does."""

    def __init__(self) -> None:
        """Begin empty."""
        self.rows: dict[bytes, bytes] = {}
        self.acknowledged: dict[int, int] = {}

    async def send(self, _: int, key: bytes, value: bytes | None) -> None:
        """Keep a row."""
        self.rows.pop(key, None)
        if value is not None:
            self.rows[key] = value

    def acknowledge(self, partition: int, offset: int) -> None:
        """Remember."""
        self.acknowledged[partition] = offset


class Away:
    """Be a store that does not answer."""

    def transaction(self) -> NoReturn:
        """Be away."""
        raise StoreAwayError("away", "again")


def worker(store: Store) -> EngineWorker:
    """Return a worker whose shards stand as the store says."""

    async def make(partition: int) -> Shard:
        name = PLAN.shards[partition]
        position, book = standing(store, name, now_ms())
        return Shard(name, None, book, position, {})

    async def note(_: Record) -> None:
        raise AssertionError

    found = EngineWorker(store, make, note, "here")
    found.gate = Gate()
    return found


async def begun(found: EngineWorker, partitions: int = 2) -> None:
    """Let shards begin and fold the beginning of their logs."""
    await found.restore(dict.fromkeys(range(partitions), 0), {})
    for partition in range(partitions):
        for offset, entry in enumerate(BEGIN):
            await found.take(partition, offset, 1_780_000_000_000, encode(entry))
    await found.flush({})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store.open(f"sqlite:///{tmp_path / 'erosion.db'}")


async def test_a_shard_that_comes_back_unmoved_goes_on_where_it_was(store: Store) -> None:
    """A worker joins, all leave, and this one is dealt the same again: nothing is made anew."""
    found = worker(store)
    await begun(found)
    before = found.running[0].shard
    await found.leave({0, 1})
    assert found.running == {}
    await found.restore(BOTH, {})
    assert found.running[0].shard is before


async def test_shards_that_are_cut_short_while_they_leave_are_kept(store: Store) -> None:
    """A store that is away when all leave is not waited for: the same shards go on afterwards."""
    found = worker(store)
    await begun(found)
    before = found.running[0].shard
    found._store = Away()  # type: ignore[assignment]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(found.leave({0, 1}), 0.01)
    assert found.running == {}
    found._store = store
    await found.restore(BOTH, {})
    assert found.running[0].shard is before


async def test_a_deal_that_is_told_twice_changes_nothing(store: Store) -> None:
    """What runs goes on, and what is not dealt to us any more does not run."""
    found = worker(store)
    await begun(found)
    before = found.running[0].shard
    await found.restore(BOTH, {})
    assert found.running[0].shard is before
    await found.restore({0: 0}, {})
    assert found.running.keys() == {0}
    assert found.running[0].shard is before


async def test_a_shard_that_another_moved_meanwhile_ends_the_process(
    store: Store, tmp_path: Path
) -> None:
    """Its rows are not all at hand any more, so what it folded since cannot be trusted to be known."""
    found = worker(store)
    await begun(found)
    await found.leave({0, 1})
    with closing(connect(tmp_path / "erosion.db")) as other, other:
        other.execute("UPDATE position SET frame = frame + 1 WHERE shard = 'main'")
    with pytest.raises(ComeBackError):
        await found.restore(BOTH, {})


async def test_a_shard_that_was_away_is_made_of_its_rows(store: Store) -> None:
    """Dealt to another in between, it comes with all of its rows again."""
    found = worker(store)
    await begun(found)
    before = found.running[0].shard
    await found.leave({0, 1})
    await found.restore({1: 0}, {})
    assert isinstance(found.gate, Gate)
    await found.leave({1})
    await found.restore(BOTH, dict(found.gate.rows))
    assert found.running[0].shard is not before
    assert found.running[0].shard.offset == before.offset


async def test_a_worker_ends_before_newer_rules_once_all_its_shards_stand_there(
    store: Store, tmp_path: Path
) -> None:
    """Each shard leaves a checkpoint just before them and says so; the last one ends the process."""
    found = worker(store)
    await begun(found)
    end = len(BEGIN)
    await found.take(0, end, 1_780_000_000_001, encode(NEWER))
    assert isinstance(found.gate, Gate)
    assert found.gate.acknowledged == {0: end - 1}
    await found.take(0, end + 1, 1_780_000_000_002, b"not ours to read")
    await found.take(1, end, 1_780_000_000_001, encode(NEWER))
    with pytest.raises(OtherRulesError):
        await found.take(0, end + 2, 1_780_000_000_003, b"not ours to read")
    reads = Reads.readonly(f"sqlite:///{tmp_path / 'erosion.db'}")
    assert {row["shard"]: row["semantics"] for row in reads.reports()} == {
        "main": SEMANTICS + 1,
        "second": SEMANTICS + 1,
    }
    reads.close()


async def test_a_shard_that_left_is_shown_no_more(store: Store) -> None:
    """Its figures would stand still here while they go on elsewhere; one that returns is shown again."""
    found = worker(store)
    await begun(found)
    one, other = PLAN.shards[:2]
    await found.flush({0: 9, 1: 9})
    touchpoint = next(name for name, of in PLAN.touchpoints.items() if of.shard == one)
    assert sample("erosion_watermark_timestamp_seconds", touchpoint=touchpoint) is not None
    await found.leave({0})
    assert sample("erosion_watermark_timestamp_seconds", touchpoint=touchpoint) is None
    assert sample("erosion_frame", shard=one) is None
    assert sample("erosion_frame", shard=other) is not None
    await found.restore(BOTH, {})
    await found.take(0, len(BEGIN), 1_780_000_001_000, encode(Told("start", {"kind": "start"})))
    found.running[0].told_s = 0
    await found.flush({0: 9})
    assert sample("erosion_log_end_seq", shard=one) == 9
    assert sample("erosion_log_folded_seq", shard=one) == len(BEGIN)

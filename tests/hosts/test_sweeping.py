"""Old rows beside an engine: deleted by the shards' time, and never while a server is away."""

import pytest

from service.hosts import sweeping
from service.hosts.sweeping import Sweeping
from service.store.database import open_store
from service.store.reads import Reads
from service.store.reports import ShardReport
from service.store.retention import DAY_MS, RULES, Limits
from tests.live.postgres import Cluster
from tests.running import until

NOW = 1_780_000_000_000


def test_rows_older_than_the_shards_time_allows_are_deleted(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slowest shard's time counts: what is old for it goes, what is not stays."""
    url = postgres.fresh()
    store, reads = open_store(url), Reads.readonly(url)
    with store.transaction() as transaction:
        transaction.many(
            "INSERT INTO late_fact (source, event, type, time, case_id) VALUES (?, ?, ?, ?, ?)",
            [("s", "a", "t", NOW - 11 * DAY_MS, "c"), ("s", "b", "t", NOW - 9 * DAY_MS, "c")],
        )
        for shard, stamp in (("main", NOW), ("second", NOW + 30 * DAY_MS)):
            transaction.report(ShardReport(shard, "w", 0, 0, stamp, 2, 1, {}))
    monkeypatch.setattr(sweeping, "LOOK_S", 0.01)
    found = Sweeping(lambda: open_store(url), reads, Limits(outcomes=10 * DAY_MS))
    found._retention._next_s = 0
    found._retention._rule = [rule.table for rule in RULES].index("late_fact")
    with found:
        until(lambda: len(store.rows("SELECT 1 FROM late_fact")) == 1, 20)
    assert store.rows("SELECT event FROM late_fact") == [("b",)]
    reads.close()
    store.close()

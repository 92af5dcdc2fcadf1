"""Several processes on one store: nothing twice, nothing of others, and the loser stops."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from alerts.desk import Book, Desk
from service.engine.values import Frame, Reading
from service.errors import SupersededError
from service.log.codec import rename_customer
from service.rejected import Reason, rejected
from service.store import forgetting
from service.store.database import Database, open_store
from service.store.marks import marked
from service.store.reads import Reads
from service.store.reports import ShardReport
from tests.alerts.fakes import DIRECTORY, NOON, signal
from tests.live.postgres import Cluster

READING = Reading("2026-09-14", "t", "u", "web", 1, 0, 0, 0, 0)


def frame(number: int) -> Frame:
    """Return a frame that adds one to a count."""
    return Frame(number, 0, (), (READING,), (), (), ())


def _race(store: Database, start: Barrier, number: int) -> str:
    """Move the position when both owners have read it."""
    try:
        with store.transaction() as transaction:
            read = transaction._position

            def together(shard: str) -> int:
                found = read(shard)
                start.wait(10)
                return found

            transaction._position = together  # type: ignore[method-assign]
            transaction.apply_frames("main", [frame(number)])
    except SupersededError as error:
        return f"stopped: {error.hint}"
    return "moved"


def test_of_two_owners_one_moves_the_shard_and_one_stops(postgres: Cluster) -> None:
    """Two connections that saw the same position: one writes each frame, the other is told to stop."""
    address = postgres.fresh()
    owners = [open_store(address) for _ in range(2)]
    with owners[0].transaction() as transaction:
        transaction.apply_frames("main", [frame(1)])
    with ThreadPoolExecutor(2) as pool:
        for number in range(2, 21):
            start = Barrier(2)
            told = sorted(pool.map(lambda store: _race(store, start, number), owners))  # noqa: B023
            assert told[0] == "moved"
            assert told[1].startswith("stopped: another worker owns this shard now")
    assert owners[0].rows("SELECT kept FROM reading") == [(20,)]
    assert owners[0].rows("SELECT * FROM position") == [("main", 20, 0)]
    for store in owners:
        store.close()


def test_an_owner_whose_position_was_moved_writes_nothing(address: str) -> None:
    """The position moves first: who finds it moved between leaves no row behind, on any database."""
    store = open_store(address)
    with store.transaction() as transaction:
        transaction.apply_frames("main", [frame(1)])
    for_nothing = pytest.raises(SupersededError, match="another owner moved the shard 'main'")
    with for_nothing as stopped, store.transaction() as transaction:
        transaction._position = lambda shard: 0  # type: ignore[method-assign]
        transaction.apply_frames("main", [frame(1)])
    assert stopped.value.exit_code == 77
    assert store.rows("SELECT kept FROM reading") == [(1,)]
    store.close()


def test_a_shard_has_its_own_position_and_its_own_alerts(address: str) -> None:
    """Each engine loads what it decided itself; without a name everything is loaded."""
    store, desk = open_store(address), Desk(DIRECTORY)
    with store.transaction() as transaction:
        for shard, name in (("a", "s1"), ("b", "s2"), ("b", "s3")):
            transaction.save_decision(desk.decide(Book(), [signal(id=name)], NOON), shard)
        transaction.apply_frames("a", [frame(1)])
    reads = Reads.readonly(address)
    assert [alert.id for alert in reads.book(NOON, "a")] == ["s1"]
    assert {alert.id for alert in reads.book(NOON, "b")} == {"s2", "s3"}
    assert len(reads.book(NOON)) == 3
    assert (reads.position("a"), reads.position("b")) == (1, 0)
    reads.close()
    store.close()


def test_an_origin_is_kept_once(address: str) -> None:
    """What is read again from a log of others stands in the quarantine once; the rest as it comes."""
    store = open_store(address)
    bad = rejected(Reason.JSON, "x", b"{", "crm")
    place = bad._replace(origin="raw/7/0/41")
    for _ in range(2):
        with store.transaction() as transaction:
            transaction.quarantine(1, [place, bad, place._replace(origin="raw/7/0/42")])
    rows = store.rows("SELECT origin, count(*) FROM quarantine GROUP BY origin ORDER BY 2, 1")
    assert rows == [("raw/7/0/41", 1), ("raw/7/0/42", 1), (None, 2)]
    store.close()


def test_a_shard_reports_in_one_row(address: str) -> None:
    """The last word of each shard stands, whole."""
    store = open_store(address)
    last = ShardReport("a", "w2", 2, 90, 1_000, 7, 3, {"lag": 4, "marks": [1, 2]})
    for row in (ShardReport("a", "w1", 1, 80, 900, 7, 3, {}), last, last._replace(shard="b")):
        with store.transaction() as transaction:
            transaction.report(row)
    reads = Reads.readonly(address)
    assert reads.reports() == [last._asdict(), last._replace(shard="b")._asdict()]
    reads.close()
    store.close()


def test_what_is_read_is_the_same_on_each_database(address: str) -> None:
    """Every question of commands and pages is one that the database understands."""
    store, desk = open_store(address), Desk(DIRECTORY)
    with store.transaction() as transaction:
        transaction.save_decision(desk.decide(Book(), [signal(id="s100%")], NOON))
        transaction.quarantine(1, [rejected(Reason.JSON, "x", b"{", "crm")])
    reads = Reads.readonly(address)
    assert [row["id"] for row in reads.alerts()] == ["s100%"]
    found = reads.why("s100")
    assert found is not None
    assert {row["state"] for row in found["deliveries"]} == {"pending"}
    assert reads.case("50% _'?") == {"outcomes": [], "waiting": [], "signals": []}
    assert (reads.waiting(unit="u"), reads.per_hour(), reads.kept_numbers("", "crm")) == (
        [],
        {},
        [1],
    )
    assert (reads.newest(), reads.passed("t", 9), reads.began(0, 9)) == (0, [], [])
    with pytest.raises(Exception, match=r"read-?only"):
        reads.tuples("DELETE FROM alert")
    reads.close()
    store.close()


def test_a_customer_is_forgotten_in_results_of_each_database(address: str) -> None:
    """Rows, texts and inputs that name a customer do so no more; those of others are as they were."""
    store, desk = open_store(address), Desk(DIRECTORY)
    told = signal(id="s1", evidence={"cases": [["c1", "aaaa"], ["c2", "bbbb"]]})
    with store.transaction() as transaction:
        transaction.apply_frames("main", [Frame(1, 0, (), (), (), (told,), ())])
        transaction.save_decision(desk.decide(Book(), [told], NOON))
        transaction.quarantine(1, [rejected(Reason.JSON, "x", b'{"customer": "k1"', "crm")])
    found = forgetting.forget(store, "k1", "aaaa", "cccc", rename_customer)
    assert (found.quarantined, found.texts > 0) == (1, True)
    kept = repr([store.rows(f"SELECT * FROM {table}") for table in ("signal", "alert", "outbox")])  # noqa: S608
    assert "aaaa" not in kept
    assert "cccc" in kept
    assert "bbbb" in kept
    store.close()


def test_of_many_new_processes_one_makes_the_tables(postgres: Cluster) -> None:
    """Six that start at once on an empty database all find it ready."""
    address = postgres.fresh()
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(open_store, [address] * 6))
    for store in stores:
        assert store.rows("SELECT count(*) FROM position") == [(0,)]
        store.close()


def test_a_mark_inside_a_text_is_text() -> None:
    """Only marks are translated; what stands between quotes stays."""
    assert marked("a = ? AND b LIKE '?%' ESCAPE '\\'") == "a = %s AND b LIKE '?%%' ESCAPE '\\'"

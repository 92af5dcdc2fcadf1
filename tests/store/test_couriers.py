"""Several couriers on one store: each row in one hand, and every line in its order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from alerts.courier import Receipt
from alerts.desk import Book, Desk
from alerts.retry import Result
from alerts.signal import Transition
from service.errors import StoreAwayError
from service.store.database import Database, open_store
from service.store.outbox import SqlOutbox
from service.store.reads import Reads
from service.store.transaction import Transaction
from tests.alerts.fakes import DIRECTORY, NOON, signal
from tests.live.postgres import Cluster


def _fill(store: Database, alerts: int, times: int) -> None:
    """Say of each alert so many times that it goes on, and of more than one that it is over."""
    desk, book = Desk(DIRECTORY), Book()
    for number in range(1, times + 1):
        how = Transition.RESOLVED if number == times > 1 else Transition.OPENED
        said = [signal(id=f"s{n}", number=number, transition=how) for n in range(alerts)]
        for one in said:
            decision = desk.decide(book, [one], NOON)
            book.apply(decision)
            with store.transaction() as transaction:
                transaction.save_decision(decision)


def _pending(store: Database) -> int:
    return int(store.rows("SELECT count(*) FROM outbox WHERE state = 'pending'")[0][0])


class Sink:
    """Be the people: note what comes, and refuse two copies of one message in hand at once."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.keys: list[str] = []
        self._held: set[str] = set()
        self._lock = Lock()

    def take(self, key: str) -> None:
        """Hold a message."""
        with self._lock:
            assert key not in self._held
            self._held.add(key)
            self.keys.append(key)

    def let_go(self, key: str) -> None:
        """Let it go."""
        with self._lock:
            self._held.remove(key)


def _deliver(store: Database, reads: Reads, channel: str, sink: Sink) -> int:
    outbox = SqlOutbox(store.call, reads.tuples, is_shared=store.is_shared)
    carried = 0
    while outbox.channels():
        claimed = outbox.claim(channel, NOON, 3, 60_000)
        for item in claimed:
            sink.take(item.row.key)
        for item in claimed:
            sink.let_go(item.row.key)
            outbox.mark(Receipt(item.row.key, 1, NOON, Result.DELIVERED, "ok"))
        carried += len(claimed)
    return carried


def test_two_couriers_never_hold_one_row(postgres: Cluster) -> None:
    """Four couriers share one channel: each row leaves once, and no end before its beginning."""
    address = postgres.fresh()
    stores = [open_store(address) for _ in range(4)]
    reads = [Reads.readonly(address) for _ in range(4)]
    _fill(stores[0], 20, 2)
    stores[0].rows("DELETE FROM outbox WHERE channel <> 'email' RETURNING key")
    stored = [row[0] for row in stores[0].rows("SELECT key FROM outbox ORDER BY number")]
    lines = {row[0]: row[1] for row in stores[0].rows("SELECT key, alerts FROM outbox")}
    sink = Sink()
    with ThreadPoolExecutor(4) as pool:
        work = [
            pool.submit(_deliver, store, look, "email", sink)
            for store, look in zip(stores, reads, strict=True)
        ]
        carried = [done.result(60) for done in work]
    assert set(carried) != {0, len(stored)}
    assert sorted(sink.keys) == sorted(stored)
    assert sum(carried) == len(stored) >= 40
    for line in set(lines.values()):
        mine = [key for key in stored if lines[key] == line]
        assert [key for key in sink.keys if lines[key] == line] == mine
    assert stores[0].rows("SELECT count(*) FROM receipt") == [(len(stored),)]
    closing: list[Database | Reads] = [*stores, *reads]
    for opened in closing:
        opened.close()


def test_a_row_that_another_looks_at_is_passed_over(postgres: Cluster) -> None:
    """Neither waited for nor taken, and what stands behind it in its line stays too."""
    address = postgres.fresh()
    one, other, reads = open_store(address), open_store(address), Reads.readonly(address)
    _fill(one, 1, 2)
    outbox = SqlOutbox(other.call, reads.tuples, is_shared=True)
    with one.transaction() as transaction:
        transaction.rows("SELECT key FROM outbox ORDER BY number FOR UPDATE")
        assert outbox.claim("email", NOON, 20, 60_000) == ()
    assert len(outbox.claim("email", NOON, 20, 60_000)) == 1
    assert outbox.claim("email", NOON, 20, 60_000) == ()
    for opened in (one, other, reads):
        opened.close()


def test_what_is_finished_stays_finished(address: str) -> None:
    """A courier that lost its lease cannot put a delivered row back into the line."""
    store = open_store(address)
    _fill(store, 1, 1)
    before = _pending(store)
    key = store.rows("SELECT key FROM outbox ORDER BY number")[0][0]
    with store.transaction() as transaction:
        transaction.mark(Receipt(key, 1, NOON, Result.DELIVERED, "ok"))
        transaction.mark(Receipt(key, 1, NOON, Result.RETRY, "busy", NOON + 1))
    assert _pending(store) == before - 1
    assert store.rows("SELECT count(*) FROM receipt") == [(2,)]
    store.close()


class Doubtful:
    """Be a door whose server goes away: before the commit, or after it."""

    def __init__(self, store: Database) -> None:
        """Begin with a server that is there."""
        self.store = store
        self.away = ""

    def __call__(self, work: Callable[[Transaction], object]) -> object:
        """Run the work, or lose the line."""
        if self.away == "before":
            raise StoreAwayError("away")
        found = self.store.call(work)
        if self.away == "after":
            raise StoreAwayError("away")
        return found


def test_a_receipt_is_kept_once_though_the_server_went_away(address: str) -> None:
    """Before the commit or after it: the row leaves once, and its receipt is written once."""
    for away in ("before", "after"):
        store, reads = open_store(address), Reads.readonly(address)
        _fill(store, 1, 1)
        door = Doubtful(store)
        outbox = SqlOutbox(door, reads.tuples)
        claimed = outbox.claim("email", NOON, 20, 60_000)
        assert claimed
        door.away = away
        for item in claimed:
            outbox.mark(Receipt(item.row.key, 1, NOON, Result.DELIVERED, "ok"))
        assert outbox.claim("email", NOON + 90_000, 20, 60_000) == ()
        door.away = ""
        assert outbox.claim("email", NOON + 90_000, 20, 60_000) == ()
        keys = [row[0] for row in store.rows("SELECT key FROM receipt")]
        assert sorted(keys) == sorted(item.row.key for item in claimed)
        store.rows("DELETE FROM receipt RETURNING key")
        store.rows("DELETE FROM outbox RETURNING key")
        reads.close()
        store.close()

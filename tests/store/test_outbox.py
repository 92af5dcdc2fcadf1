"""The outbox on a full disk: everything leaves once, and is written down when there is room."""

from collections.abc import Callable
from typing import Any

from alerts.courier import Courier, Receipt
from alerts.desk import Book, Desk
from alerts.retry import Result, Verdict
from service.errors import StorageFullError
from service.store.database import Database, open_store
from service.store.outbox import SqlOutbox
from service.store.reads import Reads
from service.store.transaction import Transaction
from tests.alerts.fakes import DIRECTORY, NOON, FakeChannel, FakeClock, signal


class Writing:
    """Be the writer's door: a transaction for each call, or no room."""

    def __init__(self, store: Database) -> None:
        """Begin with room."""
        self.store = store
        self.full = False

    def __call__(self, work: Callable[[Transaction], object]) -> object:
        """Run the work, or refuse it."""
        if self.full:
            raise StorageFullError("full")
        with self.store.transaction() as transaction:
            return work(transaction)


def _filled(address: str) -> tuple[Writing, Reads]:
    store = open_store(address)
    signals = [signal(id=f"s{n}", scope=unit) for n, unit in enumerate(("leeds", "york", "kent"))]
    decision = Desk(DIRECTORY).decide(Book(), signals, NOON)
    with store.transaction() as transaction:
        transaction.save_decision(decision)
    return Writing(store), Reads.readonly(address)


async def test_on_a_full_disk_messages_leave_once_and_are_marked_later(address: str) -> None:
    """Delivered, put off and tried again while nothing can be written; then all receipts are there."""
    writing, reads = _filled(address)
    clock = FakeClock()
    mail = FakeChannel("email", Verdict(Result.RETRY, "busy", 1000))
    courier = Courier(SqlOutbox(writing, reads.tuples), [mail], clock=clock)
    rows = reads.tuples("SELECT count(*) FROM outbox WHERE channel = 'email'")[0][0]
    writing.full = True
    for _ in range(3):
        await courier.deliver_due(clock(), "email")
    assert (len(mail.sent), rows) == (1, 2)
    clock.now += 3_600_000
    for _ in range(3):
        await courier.deliver_due(clock(), "email")
    assert [row.key for row in mail.sent] == list(dict.fromkeys(row.key for row in mail.sent))
    assert len(mail.sent) == rows
    assert reads.tuples("SELECT * FROM receipt") == []
    writing.full = False
    await courier.deliver_due(clock(), "email")
    assert len(mail.sent) == rows
    assert _states(reads, "email") == ["sent", "sent"]
    assert reads.tuples("SELECT count(*) FROM receipt")[0][0] == rows + 1
    reads.close()
    writing.store.close()


async def test_a_receipt_that_found_no_room_is_not_forgotten(address: str) -> None:
    """A row that was claimed with room and delivered without is finished once there is room."""
    writing, reads = _filled(address)
    outbox = SqlOutbox(writing, reads.tuples)
    first = outbox.claim("email", NOON, 1, 60_000)[0]
    writing.full = True
    outbox.mark(Receipt(first.row.key, 1, NOON, Result.DELIVERED, "ok"))
    again: list[Any] = [item.row.key for item in outbox.claim("email", NOON + 90_000, 20, 60_000)]
    assert first.row.key not in again
    writing.full = False
    outbox.claim("email", NOON + 90_000, 20, 60_000)
    assert "sent" in _states(reads, "email")
    reads.close()
    writing.store.close()


def test_a_row_that_a_wrong_clock_put_off_leaves_soon(address: str) -> None:
    """A retry that was filed for 2038 is taken for what it is, once the clock is right."""
    writing, reads = _filled(address)
    outbox = SqlOutbox(writing, reads.tuples)
    keys = {item.row.key for item in outbox.claim("email", NOON, 20, 60_000)}
    for key in keys:
        outbox.mark(Receipt(key, 1, NOON, Result.RETRY, "busy", 2_147_483_647_000))
    assert {item.row.key for item in outbox.claim("email", NOON, 20, 60_000)} == keys
    reads.close()
    writing.store.close()


def _states(reads: Reads, channel: str) -> list[object]:
    rows = reads.tuples("SELECT state FROM outbox WHERE channel = ? ORDER BY number", (channel,))
    return [row[0] for row in rows]

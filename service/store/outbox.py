"""The courier's outbox on the store; each call is a transaction of the one writer.

While the disk has no room, what is committed is still delivered.  A lease and a receipt need a
write as well, so they are kept in memory until they can be written: a row leaves once for as long
as this process lives.  If it dies before, the row leaves again under the same key, as after every
crash.  Holding messages back until there is room was rejected: a full disk would then silence the
very alerts that were decided in time.

On a server that several couriers share, nothing leaves without a lease: its neighbour may hold it.
There a row is chosen as on one machine, from all that wait, and then locked; one that another
courier looks at, or had in hand meanwhile, is passed over.  Locking what waits before choosing, as
is usual with SKIP LOCKED, was rejected: rows behind a locked one would seem to be first in line.
While the server is away nothing leaves, and receipts are kept in mind.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from alerts.courier import Receipt
from alerts.outbox import OutboxRow, Pending, next_in_line
from service.errors import StorageFullError, StoreAwayError
from service.store.statements import PARENT
from service.store.transaction import Transaction

T = TypeVar("T")
FAR_MS = 2 * 3_600_000
_PENDING = (
    "SELECT body, attempts, next_at, leased_until FROM outbox "
    "WHERE state = 'pending' AND channel = ? ORDER BY number"
)
_WRITTEN = "SELECT attempt, at FROM receipt WHERE key = ?"
_CHANNELS = "SELECT DISTINCT channel FROM outbox WHERE state = 'pending'"


class SqlOutbox:
    """Keep rows until they are finished; used by one courier, from one thread."""

    def __init__(
        self,
        call: Callable[[Callable[[Transaction], object]], object],
        look: Callable[[str, Sequence[object]], list[tuple[object, ...]]],
        *,
        is_shared: bool = False,
    ) -> None:
        """Take the writer's door for changes, and a reader for looking whether there is work.

        `is_shared` says that other couriers may serve the same rows.
        """
        self._call = call
        self._look = look
        self._is_shared = is_shared
        self._unwritten: list[Receipt] = []
        self._in_doubt = False

    def claim(self, channel: str, now: int, limit: int, lease_ms: int) -> Sequence[Pending]:
        """Lease the rows of one channel that may leave now, durably if there is room."""

        def work(transaction: Transaction) -> Sequence[Pending]:
            rows = transaction.rows(_PENDING, (channel,))
            pending = _pending(rows, now)
            seen = dict(zip((item.row.key for item in pending), (r[1:] for r in rows), strict=True))
            chosen = next_in_line(pending, now, limit)
            until = now + lease_ms
            return tuple(
                _with_parent(item, transaction)
                for item in chosen
                if transaction.reserve(item.row.key, seen[item.row.key], until)
            )

        try:
            self._write()
            if not self._look(_PENDING + " LIMIT 1", (channel,)):
                return ()
            found = self._call(work)
        except StorageFullError:
            return () if self._is_shared else self._remembered(channel, now, limit)
        except StoreAwayError:
            return ()
        return found if isinstance(found, tuple) else ()

    def channels(self) -> Sequence[str]:
        """Name the channels for which rows are unfinished; none while nobody can say."""
        try:
            return [str(row[0]) for row in self._look(_CHANNELS, ())]
        except StoreAwayError:
            return ()

    def mark(self, receipt: Receipt) -> None:
        """Record an attempt durably, or keep it in mind until that can be done."""
        self._unwritten.append(receipt)
        with suppress(StorageFullError, StoreAwayError):
            self._write()

    def _write(self) -> None:
        if not self._unwritten:
            return
        try:
            self._call(self._mark)
        except StoreAwayError:
            self._in_doubt = True
            raise
        self._unwritten, self._in_doubt = [], False

    def _mark(self, transaction: Transaction) -> None:
        """Write receipts; after a commit whose end nobody knows, those that are not there yet."""
        for receipt in self._unwritten:
            attempt = (receipt.attempt, receipt.at)
            if self._in_doubt and attempt in transaction.rows(_WRITTEN, (receipt.key,)):
                continue
            transaction.mark(receipt)

    def _remembered(self, channel: str, now: int, limit: int) -> Sequence[Pending]:
        """Choose from what is stored and what could not be; the courier's line is its lease."""
        last = {receipt.key: receipt for receipt in self._unwritten}
        pending: list[Pending] = []
        for item in _pending(self._look(_PENDING, (channel,)), now):
            receipt = last.get(item.row.key)
            if receipt is None:
                pending.append(item)
            elif receipt.next_at is not None:
                tried = replace(item, attempts=receipt.attempt, next_at=receipt.next_at)
                pending.append(replace(tried, leased_until=0))
        return next_in_line(pending, now, limit)


def values_of(row: OutboxRow) -> tuple[object, ...]:
    """Return the values that `statements.OUTBOX` takes for a row."""
    alerts = " ".join(alert for alert, _ in row.alerts)
    body = json.dumps(row.to_row(), ensure_ascii=False, separators=(",", ":"))
    return (row.key, alerts, row.receiver, row.channel, row.why.value, body, row.thread)


def _with_parent(item: Pending, transaction: Transaction) -> Pending:
    """Say how the channel finds the first message of the row's conversation, if it has left."""
    found = transaction.rows(PARENT, (item.row.thread,)) if item.row.thread else []
    return replace(item, row=replace(item.row, parent=str(found[0][0]))) if found else item


def _pending(rows: Sequence[tuple[Any, ...]], now: int) -> list[Pending]:
    """Rebuild rows; one that is put off for longer than any retry waits was so by a wrong clock."""
    return [
        Pending(
            OutboxRow.from_row(json.loads(body)),
            attempts,
            *(0 if at > now + FAR_MS else at for at in (next_at, leased_until)),
        )
        for body, attempts, next_at, leased_until in rows
    ]

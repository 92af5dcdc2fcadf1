"""The courier's outbox on the store; each call is a transaction of the one writer.

While the disk has no room, what is committed is still delivered.  A lease and a receipt need a
write as well, so they are kept in memory until they can be written: a row leaves once for as long
as this process lives.  If it dies before, the row leaves again under the same key, as after every
crash.  Holding messages back until there is room was rejected: a full disk would then silence the
very alerts that were decided in time.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from alerts.courier import Receipt
from alerts.outbox import OutboxRow, Pending, next_in_line
from service.errors import StorageFullError
from service.store.transaction import Transaction

T = TypeVar("T")
FAR_MS = 2 * 3_600_000
_PENDING = (
    "SELECT body, attempts, next_at, leased_until FROM outbox "
    "WHERE state = 'pending' AND channel = ? ORDER BY number"
)
_CHANNELS = "SELECT DISTINCT channel FROM outbox WHERE state = 'pending'"


class SqlOutbox:
    """Keep rows until they are finished; used by one courier, from one thread."""

    def __init__(
        self,
        call: Callable[[Callable[[Transaction], object]], object],
        look: Callable[[str, Sequence[object]], list[tuple[object, ...]]],
    ) -> None:
        """Take the writer's door for changes, and a reader for looking whether there is work."""
        self._call = call
        self._look = look
        self._unwritten: list[Receipt] = []

    def claim(self, channel: str, now: int, limit: int, lease_ms: int) -> Sequence[Pending]:
        """Lease the rows of one channel that may leave now, durably if there is room."""
        if not self._look(_PENDING + " LIMIT 1", (channel,)):
            return ()

        def work(transaction: Transaction) -> Sequence[Pending]:
            rows = transaction.rows(_PENDING, (channel,))
            chosen = next_in_line(_pending(rows, now), now, limit)
            for item in chosen:
                transaction.lease(item.row.key, now + lease_ms)
            return chosen

        try:
            self._write()
            found = self._call(work)
        except StorageFullError:
            return self._remembered(channel, now, limit)
        return found if isinstance(found, tuple) else ()

    def channels(self) -> Sequence[str]:
        """Name the channels for which rows are unfinished."""
        return [str(row[0]) for row in self._look(_CHANNELS, ())]

    def mark(self, receipt: Receipt) -> None:
        """Record an attempt durably, or keep it in mind until there is room."""
        self._unwritten.append(receipt)
        try:
            self._write()
        except StorageFullError:
            return

    def _write(self) -> None:
        if self._unwritten:
            self._call(self._mark)
            self._unwritten = []

    def _mark(self, transaction: Transaction) -> None:
        for receipt in self._unwritten:
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

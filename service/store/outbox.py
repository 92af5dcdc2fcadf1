"""The courier's outbox on the store; each call is a transaction of the one writer."""

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from alerts.courier import Receipt
from alerts.outbox import OutboxRow, Pending, next_in_line
from service.store.transaction import Transaction

T = TypeVar("T")
_PENDING = (
    "SELECT body, attempts, next_at, leased_until FROM outbox "
    "WHERE state = 'pending' AND channel = ? ORDER BY number"
)
_CHANNELS = "SELECT DISTINCT channel FROM outbox WHERE state = 'pending'"


class SqlOutbox:
    """Keep rows until they are finished."""

    def __init__(
        self,
        call: Callable[[Callable[[Transaction], object]], object],
        look: Callable[[str, Sequence[object]], list[tuple[object, ...]]],
    ) -> None:
        """Take the writer's door for changes, and a reader for looking whether there is work."""
        self._call = call
        self._look = look

    def claim(self, channel: str, now: int, limit: int, lease_ms: int) -> Sequence[Pending]:
        """Lease the rows of one channel that may leave now, durably."""
        if not self._look(_PENDING + " LIMIT 1", (channel,)):
            return ()

        def work(transaction: Transaction) -> Sequence[Pending]:
            rows = transaction.rows(_PENDING, (channel,))
            pending = [Pending(OutboxRow.from_row(json.loads(row[0])), *row[1:]) for row in rows]
            chosen = next_in_line(pending, now, limit)
            for item in chosen:
                transaction.lease(item.row.key, now + lease_ms)
            return chosen

        found = self._call(work)
        return found if isinstance(found, tuple) else ()

    def channels(self) -> Sequence[str]:
        """Name the channels for which rows are unfinished."""
        return [str(row[0]) for row in self._look(_CHANNELS, ())]

    def mark(self, receipt: Receipt) -> None:
        """Record an attempt durably."""
        self._call(lambda transaction: transaction.mark(receipt))

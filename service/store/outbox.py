"""The courier's outbox on the store; each call is a transaction of the one writer.

While the disk has no room, what is committed is still delivered.  A lease and a receipt need a
write as well, so they are kept in memory until they can be written: a row leaves once for as long
as this process lives.  If it dies before, the row leaves again under the same key, as after every
crash.  Holding messages back until there is room was rejected: a full disk would then silence the
very alerts that were decided in time.

On a server that several couriers share, nothing leaves without a lease: its neighbour may hold it.
There a row is chosen as on one machine, from all that wait, and then locked; one that another
courier looks at, or had in hand meanwhile, is passed over, and so is a fold that it is part of.  Locking what waits before choosing, as
is usual with SKIP LOCKED, was rejected: rows behind a locked one would seem to be first in line.
While the server is away nothing leaves, and receipts are kept in mind.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from alerts.courier import EVERYTHING, Receipt
from alerts.digest import is_digest
from alerts.folding import Heap, heaps, middles
from alerts.outbox import Pending, next_in_line
from alerts.pace import Turn
from service.errors import StorageFullError, StoreAwayError
from service.store.heap import Look, Waiting, digest, fold, read_again
from service.store.statements import STILL
from service.store.transaction import Transaction

_WRITTEN = "SELECT attempt, at FROM receipt WHERE key = ?"
_CHANNELS = "SELECT DISTINCT channel FROM outbox WHERE state = 'pending'"


@dataclass(frozen=True, slots=True)
class _Plan:
    """Hold what a claim will do: finish some rows, tell of others in digests, let some leave."""

    seen: dict[str, tuple[Any, ...]]
    middles: list[tuple[Pending, Pending]]
    heaps: list[list[Pending]]
    leave: tuple[Pending, ...]

    def __bool__(self) -> bool:
        return bool(self.middles or self.heaps or self.leave)


class SqlOutbox:
    """Keep rows until they are finished; used by one courier, from one thread."""

    def __init__(
        self,
        call: Callable[[Callable[[Transaction], object]], object],
        look: Look,
        *,
        is_shared: bool = False,
        on_look: Callable[[Heap], None] = lambda heap: None,
    ) -> None:
        """Take the writer's door for changes, and a reader for looking whether there is work.

        `is_shared` says that other couriers may serve the same rows; `on_look` hears how much waits.
        """
        self._call = call
        self._look = look
        self._is_shared = is_shared
        self._on_look = on_look
        self._waiting = Waiting(look)
        self._unwritten: list[Receipt] = []
        self._in_doubt = False

    def claim(
        self, channel: str, now: int, limit: int, lease_ms: int, turn: Turn = EVERYTHING
    ) -> Sequence[Pending]:
        """Lease the rows of one channel that may leave now, durably if there is room."""
        plan, leased = None, None
        try:
            with suppress(StorageFullError):
                self._write()
            plan = self._planned(channel, now, limit, turn)
            if plan:
                leased = self._call(lambda work: self._carried_out(plan, work, now, lease_ms))
        except StorageFullError:
            # The courier's own memory is the lease.
            return () if self._is_shared or plan is None else plan.leave
        except StoreAwayError:
            return ()
        return leased if isinstance(leased, tuple) else ()

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

    def _planned(self, channel: str, now: int, limit: int, turn: Turn) -> _Plan:
        stored = self._waiting.of(channel, now)
        pending = self._remembered(item for item, _ in stored)
        folded = middles(pending, now)
        piles: list[list[Pending]] = []
        single = sum(not is_digest(item.row) for item in pending)
        if single > turn.waiting_max > 0:
            piles = heaps(pending, now, turn.waiting_max, self._waiting.kept(channel))
        gone = {item.row.key for pile in piles for item in pile}
        folded = [(middle, last) for middle, last in folded if middle.row.key not in gone]
        gone |= {middle.row.key for middle, _ in folded}
        left = [item for item in pending if item.row.key not in gone]
        told = sum(map(len, piles))
        oldest = min((item.row.created_at for item in pending), default=0)
        self._on_look(Heap(channel, len(left) + len(piles), len(folded), told, oldest))
        seen = {item.row.key: numbers for item, numbers in stored}
        return _Plan(seen, folded, piles, next_in_line(left, now, limit, turn.may, turn.recovered))

    def _carried_out(
        self, plan: _Plan, transaction: Transaction, now: int, lease_ms: int
    ) -> tuple[Pending, ...]:
        for middle, last in plan.middles:
            if self._is_free([middle], plan, transaction):
                fold(middle, last.row.key, transaction, now)
        for pile in plan.heaps:
            if self._is_free(pile, plan, transaction):
                digest(pile, transaction, now)
        return tuple(
            read_again(item, transaction)
            for item in plan.leave
            if transaction.reserve(item.row.key, plan.seen[item.row.key], now + lease_ms)
        )

    def _is_free(self, items: Sequence[Pending], plan: _Plan, transaction: Transaction) -> bool:
        """Lock rows that others may lease; tell whether all of them are as they were seen."""
        if not self._is_shared:
            return True
        asked = ((item.row.key, *plan.seen[item.row.key]) for item in items)
        return all(transaction.rows(STILL, values) for values in asked)

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

    def _remembered(self, stored: Iterable[Pending]) -> list[Pending]:
        """Return what is stored as it would be if every receipt had found room."""
        last = {receipt.key: receipt for receipt in self._unwritten}
        pending: list[Pending] = []
        for item in stored:
            receipt = last.get(item.row.key)
            if receipt is None:
                pending.append(item)
            elif receipt.next_at is not None:
                pending.append(
                    replace(item, attempts=receipt.attempt, next_at=receipt.next_at, leased_until=0)
                )
        return pending

"""What waits in the outbox, read often and cheaply; and what of it is folded, in one commit.

Thousands of rows may wait while a sink is away, and they are looked at again and again.  So only
their numbers are read each time; a body is read once and kept for as long as its row waits, for
choosing.  What is sent is read again when its row is leased.  A digest and the receipts of the rows
that it stands for are one commit: after a crash either all of them wait, or the digest does.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from alerts.courier import Receipt
from alerts.digest import digest_of
from alerts.outbox import OutboxRow, Pending
from alerts.retry import Result
from alerts.tongues import tongue_of
from service.store import statements as sql
from service.store.decisions import values_of
from service.store.transaction import Transaction

FAR_MS = 2 * 3_600_000
SINGLY_MAX = 100
Look = Callable[[str, Sequence[object]], list[tuple[object, ...]]]
_WAITING = (
    "SELECT key, attempts, next_at, leased_until FROM outbox "
    "WHERE state = 'pending' AND channel = ? ORDER BY number"
)
_BODIES = "SELECT key, body FROM outbox WHERE state = 'pending' AND channel = ?"
_BODY = "SELECT key, body FROM outbox WHERE key = ?"
_SHARD = "SELECT shard FROM outbox WHERE key = ?"
_KEPT = (
    "SELECT r.key FROM receipt r JOIN outbox o ON o.key = r.key "
    "WHERE o.state = 'pending' AND o.channel = ? AND r.result = 'ambiguous' "
    "UNION SELECT o.key FROM outbox o JOIN outbox f ON f.thread = o.thread "
    "WHERE o.state = 'pending' AND o.channel = ? AND o.thread <> '' AND f.reference <> ''"
)


class Waiting:
    """Read what waits in a channel."""

    def __init__(self, look: Look) -> None:
        """Take a reader."""
        self._look = look
        self._rows: dict[str, dict[str, OutboxRow]] = {}

    def of(self, channel: str, now: int) -> list[tuple[Pending, tuple[Any, ...]]]:
        """Return unfinished rows in the order of their writing, each with its numbers as stored.

        One that is put off for longer than any retry waits was so by a wrong clock.
        """
        found = self._look(_WAITING, (channel,))
        known = self._known(channel, [str(key) for key, *_ in found])
        return [
            (Pending(known[str(key)], *_plausible(numbers, now)), tuple(numbers))
            for key, *numbers in found
            if str(key) in known
        ]

    def kept(self, channel: str) -> frozenset[str]:
        """Return the keys of rows that may have arrived, or whose conversation has begun."""
        return frozenset(str(row[0]) for row in self._look(_KEPT, (channel, channel)))

    def _known(self, channel: str, keys: Sequence[str]) -> dict[str, OutboxRow]:
        """Return the rows of these keys; what waits no longer is forgotten."""
        known = self._rows.get(channel, {})
        missing = [key for key in keys if key not in known]
        if len(missing) > SINGLY_MAX:
            known = _read(self._look(_BODIES, (channel,)))
        elif missing:
            known = known | _read(row for key in missing for row in self._look(_BODY, (key,)))
        self._rows[channel] = {key: known[key] for key in keys if key in known}
        return self._rows[channel]


def read_again(item: Pending, transaction: Transaction) -> Pending:
    """Return a row as it is stored, with how its channel finds the conversation's first message."""
    row = _read(transaction.rows(_BODY, (item.row.key,))).get(item.row.key, item.row)
    found = transaction.rows(sql.PARENT, (row.thread,)) if row.thread else []
    return replace(item, row=replace(row, parent=str(found[0][0])) if found else row)


def digest(heap: Sequence[Pending], transaction: Transaction, now: int) -> None:
    """File one row that tells of all these, and finish them."""
    made = digest_of([item.row for item in heap], tongue_of(heap[0].row.locale))
    # Those of one address may come from several shards; the digest belongs to its first one's.
    shard = str(transaction.rows(_SHARD, (heap[0].row.key,))[0][0])
    transaction.many(sql.OUTBOX, [values_of(made, shard)])
    for item in heap:
        fold(item, made.key, transaction, now)


def fold(item: Pending, into: str, transaction: Transaction, now: int) -> None:
    """Finish a row that another one says."""
    detail = f"folded into {into}"
    transaction.mark(Receipt(item.row.key, item.attempts, now, Result.FOLDED, detail))


def _read(rows: Iterable[tuple[Any, ...]]) -> dict[str, OutboxRow]:
    return {key: OutboxRow.from_row(json.loads(body)) for key, body in rows}


def _plausible(numbers: Sequence[Any], now: int) -> tuple[int, int, int]:
    attempts, next_at, leased_until = numbers
    far = now + FAR_MS
    return attempts, 0 if next_at > far else next_at, 0 if leased_until > far else leased_until

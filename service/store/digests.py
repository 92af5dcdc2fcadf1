"""The weekly pages as they were sent: one for each week and receiver, kept with its messages."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from alerts.outbox import OutboxRow
from service.store import statements as sql
from service.store.decisions import values_of
from service.store.reads import Reads
from service.store.transaction import Transaction

_HAD_IT = "SELECT week, receiver FROM digest WHERE week = ?"
_LISTED = "SELECT week, receiver, at FROM digest ORDER BY week DESC, at, receiver LIMIT ?"
_ONE = "SELECT week, receiver, at, made_of, body FROM digest WHERE week = ? ORDER BY at, receiver LIMIT 1"


class Sent(NamedTuple):
    """Hold a page as it was sent: to whom first, when, of which definitions, and all of it."""

    week: str
    receiver: str
    at: int
    made_of: str
    body: dict[str, Any]


def keep(transaction: Transaction, sent: Sent, rows: Iterable[OutboxRow], shard: str) -> bool:
    """Keep a page with its messages; tell whether nobody had done so before.

    The primary key decides between several who try at once, so only one of them files messages.
    """
    body = json.dumps(sent.body, ensure_ascii=False)
    values = (sent.week, sent.receiver, sent.at, sent.made_of, body)
    if transaction.change(sql.KEEP_DIGEST, [values]) != 1:
        return False
    transaction.many(sql.OUTBOX, [values_of(row, shard) for row in rows])
    return True


def had_it(reads: Reads, week: str) -> set[tuple[str, str]]:
    """Return the week with each receiver who had its page."""
    return {(str(name), str(who)) for name, who in reads.tuples(_HAD_IT, (week,))}


def listed(reads: Reads, limit: int) -> list[dict[str, Any]]:
    """Return which pages were sent, to whom and when, the newest week first."""
    return reads.rows(_LISTED, (limit,))


def sent_page(reads: Reads, week: str) -> Sent | None:
    """Return a week's page as it was sent first; None if it was not."""
    for row in reads.rows(_ONE, (week,)):
        return Sent(**{**row, "body": json.loads(row["body"])})
    return None

"""Commitments as they are stored: a row each, changed one at a time, so that never four are open.

SQLite has one writer.  On PostgreSQL several processes may write, and two that count the open ones at
once would both find room for a third; so whoever changes a commitment holds a lock of the database
until its transaction ends, and counts behind it.
"""

import json
from collections.abc import Callable

from service.report.commitment import Change, Commitment, Review, closed, opened, reviewed
from service.report.people import CaseRow
from service.store import statements as sql
from service.store.reads import Reads
from service.store.requests import By, audit
from service.store.transaction import Transaction

# Drawn once; held by whoever changes a commitment.
CHANGING = 0x45524F43
LISTED_MAX = 1000
_LOCK = "SELECT pg_advisory_xact_lock(?)"
_STANDING = "SELECT state, body FROM commitment WHERE state = 'open' OR id = ? ORDER BY at, id"
_ONE = "SELECT state, body FROM commitment WHERE id = ?"
_BEGINS = "SELECT state, body FROM commitment WHERE substr(id, 1, CAST(? AS INTEGER)) = ? LIMIT 2"
_LISTED = (
    "SELECT state, body FROM commitment WHERE (? = '' OR state = ?) "
    "ORDER BY CASE state WHEN 'open' THEN 0 WHEN 'proposed' THEN 1 ELSE 2 END, at DESC, id LIMIT ?"
)
_LATE = (
    "SELECT touchpoint, case_id, customer, unit, started, due, ended, outcome, provenance "
    "FROM outcome WHERE touchpoint = ? AND outcome = 'late' AND started >= ? AND started < ?"
)


def open_commitment(transaction: Transaction, by: By, wanted: Commitment) -> Change:
    """Open a commitment if it may be; one with the id of a proposal takes its place."""
    _lock(transaction)
    rows = transaction.rows(_STANDING, (wanted.id,))
    change = opened([_commitment(state, body) for state, body in rows], wanted)
    text = f"{wanted.what}: aim {wanted.aim} by {wanted.by}, {wanted.leader}"
    return _kept(transaction, by, change, "commit", text)


def review_commitment(transaction: Transaction, by: By, name: str, review: Review) -> Change | None:
    """Add a review to an open commitment; None if there is no such."""
    text = f"{review.people} people: {review.note}"
    return _changed(transaction, by, name, lambda one: reviewed(one, review), "review", text)


def close_commitment(
    transaction: Transaction, by: By, name: str, count: int, why: str
) -> Change | None:
    """Close a commitment, or turn a proposal down; None if there is no such."""
    text = f"{count} people: {why}"
    return _changed(
        transaction, by, name, lambda one: closed(one, by.at, count, why), "close", text
    )


def commitments(reads: Reads, state: str = "", limit: int = LISTED_MAX) -> list[Commitment]:
    """Return commitments: the open ones, what is proposed, what is closed; the latest first."""
    rows = reads.tuples(_LISTED, (state, state, limit))
    return [_commitment(state, body) for state, body in rows]


def commitment(reads: Reads, beginning: str) -> Commitment | None:
    """Return the one commitment whose id begins so; None if there is none, or are several."""
    rows = reads.tuples(_BEGINS, (len(beginning), beginning)) if beginning else []
    return _commitment(*rows[0]) if len(rows) == 1 else None


def late_at(reads: Reads, touchpoint: str, begin: int, end: int) -> list[CaseRow]:
    """Return the cases of a touchpoint that are late, of those that started in [begin, end)."""
    return [CaseRow(*row) for row in reads.tuples(_LATE, (touchpoint, begin, end))]  # type: ignore[arg-type]


def _changed(
    transaction: Transaction,
    by: By,
    name: str,
    change: Callable[[Commitment], Change],
    what: str,
    text: str,
) -> Change | None:
    _lock(transaction)
    rows = transaction.rows(_ONE, (name,))
    return _kept(transaction, by, change(_commitment(*rows[0])), what, text) if rows else None


def _kept(transaction: Transaction, by: By, change: Change, what: str, text: str) -> Change:
    """Write down what was done, and who did it; a wish that was refused leaves nothing."""
    if change.is_done:
        one = change.commitment
        body = json.dumps(one.to_row(), ensure_ascii=False)
        transaction.many(sql.COMMIT, [(one.id, one.changed_at, one.state.value, body)])
        audit(transaction, by, what, one.id, text)
    return change


def _lock(transaction: Transaction) -> None:
    if transaction.is_shared:
        transaction.rows(_LOCK, (CHANGING,))


def _commitment(state: object, body: object) -> Commitment:
    return Commitment.from_row(json.loads(str(body)), str(state))

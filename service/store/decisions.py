"""What a desk decided, written; what waits for its decision, read; both in one transaction.

The desk of a shard has one owner, so an alert with all that was done about it is one row that is
written over.  What people say comes from other processes and is a row of its own, which its owner
takes up: two writers of one row would lose an answer sooner or later.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from alerts.action import Action, Kind
from alerts.asked import Asked, Undelivered
from alerts.desk import Decision
from alerts.outbox import OutboxRow
from alerts.silence import Silence
from service.store import statements as sql

# So long a message may be tried before somebody else is told that it does not arrive.
STUCK_MS = 10 * 60_000
_PROPOSED = "proposed"


class Writes(Protocol):
    """Run statements inside a transaction."""

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row."""
        ...

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one statement."""
        ...


def write_decision(transaction: Writes, decision: Decision, shard: str) -> None:
    """Write alerts, notices, messages to send, and what became of what was asked."""
    now = decision.now
    _many(
        transaction,
        sql.ALERT,
        ((a.id, int(a.is_open), a.changed_at, _json(a.to_row()), shard) for a in decision.alerts),
    )
    _many(transaction, sql.NOTICE, ((n.alert, now, _json(asdict(n))) for n in decision.notices))
    _many(transaction, sql.OUTBOX, (values_of(row, shard) for row in decision.rows))
    gaps = decision.undeliverable
    _many(transaction, sql.UNDELIVERABLE, ((now, _json(asdict(gap))) for gap in gaps))
    answers = decision.answers.items()
    _many(transaction, sql.ANSWER, ((heard.value, number) for number, heard in answers))
    _many(transaction, sql.REPORTED, ((key,) for key in decision.reported))
    proposals = decision.proposals
    _many(transaction, sql.PROPOSE, ((p.id, p.at, _PROPOSED, _json(asdict(p))) for p in proposals))


def read_asked(transaction: Writes, shard: str, now: int) -> Asked:
    """Return what people said, the silences, and the messages that do not arrive."""
    said = transaction.rows(sql.ACTIONS, (shard,))
    silences = transaction.rows(sql.SILENCES, (now,))
    lost = transaction.rows(sql.UNDELIVERED, (shard, now - STUCK_MS))
    return Asked(
        actions=tuple(
            Action(number, at, alert, Kind(kind), who, via, note)
            for number, at, alert, kind, who, via, note in said
        ),
        silences=tuple(Silence.from_row(json.loads(body)) for (body,) in silences),
        undelivered=tuple(
            Undelivered(OutboxRow.from_row(json.loads(body)), detail or "", state == "dead")
            for body, state, detail in lost
        ),
    )


def values_of(row: OutboxRow, shard: str) -> tuple[Any, ...]:
    """Return the values that `statements.OUTBOX` takes for a row."""
    alerts = " ".join(alert for alert, _ in row.alerts)
    place = (row.receiver, row.channel, row.why.value)
    return (row.key, alerts, *place, _json(row.to_row()), row.thread, shard, row.created_at)


def _many(transaction: Writes, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    found = [tuple(row) for row in rows]
    if found:
        transaction.many(statement, found)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)

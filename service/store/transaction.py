"""One transaction on the store: what a turn writes, all of it or nothing.

The hot statements are written once as text and run on the driver's cursor, because building them
anew through the expression language took longer than running them; the tables in
service.store.tables remain the one description of the schema, and a test compares the two.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from operator import add
from typing import Any, Protocol

from alerts.asked import Asked
from alerts.courier import Receipt
from alerts.desk import Decision
from service.engine.values import Frame, Outcome, Reading, Waiting
from service.errors import DamagedError, SupersededError
from service.store import statements as sql
from service.store.arrays import columns
from service.store.decisions import read_asked, write_decision
from service.store.learned import learned_row
from service.store.reports import ShardReport
from service.store.shelf import Sums, put, put_ahead
from service.store.tables import MAIN
from service.store.tail import sum_of
from service.store.told import told_row

# So few rows are not worth a statement of their own.
FEW = 4


class Connection(Protocol):
    """Run statements whose values are marked `?`."""

    def exec_driver_sql(self, statement: str, values: Any = ..., /) -> Any:
        """Run a statement once, or for each row of a list."""
        ...


class Transaction:
    """Write inside the transaction that the store began."""

    def __init__(self, connection: Connection, *, is_shared: bool = False) -> None:
        """Take the open connection; `is_shared` is PostgreSQL, where others write meanwhile."""
        self._connection = connection
        self.is_shared = is_shared
        self.appended: tuple[int, int] | None = None
        self.is_asked = False

    def append(self, shard: str, stamp: int, kind: str, payload: bytes) -> int:
        """Append a chunk to the log and return its number."""
        append = sql.APPEND_THERE if self.is_shared else sql.APPEND
        cursor = self._connection.exec_driver_sql(append, (shard, stamp, kind, payload))
        number = cursor.scalar() if self.is_shared else cursor.lastrowid
        self.appended = int(number), sum_of(stamp, kind, payload)
        return self.appended[0]

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Write the frames that were not applied before, and return those.

        The position moves by compare-and-set, so that neither a repeated frame nor an owner that
        lost its shard can write twice: of two that move it at once, one waits at the row and then
        finds it moved.  It moves first, so the loser has written nothing else.
        """
        if not frames:
            return []
        stored = self._position(shard)
        new = [frame for frame in frames if frame.number > stored]
        if not new:
            return []
        if new[0].number != stored + 1:
            hint = "the database is older than the log it holds; restore the last backup"
            raise DamagedError(f"frames {stored + 1} to {new[0].number - 1} are missing", hint)
        moved = self._connection.exec_driver_sql(sql.MOVE, (new[-1].number, shard, stored))
        if moved.rowcount != 1:
            raise SupersededError(shard)
        self._write(new)
        return new

    def save_decision(self, decision: Decision, shard: str = MAIN) -> None:
        """Write what the desk decided."""
        write_decision(self, decision, shard)

    def sit(self, shard: str, number: int) -> None:
        """Count a sitting of a shard's desk; raise SupersededError if another owner held it.

        Time alone moves no frame, so the compare-and-set of frames would let an owner that lost its
        shard go on deciding by an old book.
        """
        moved = self._connection.exec_driver_sql(sql.SIT, (shard, number))
        if moved.rowcount != 1:
            raise SupersededError(shard)

    def asked(self, shard: str, now: int) -> Asked:
        """Return what waits for the desk of a shard."""
        return read_asked(self, shard, now)

    def quarantine(self, at: int, rejected: Sequence[Any]) -> Sums | None:
        """Keep what was turned away at the door; say how full the shelf is then."""
        return put(self, at, rejected) if rejected else None

    def report(self, row: ShardReport) -> None:
        """Put how a shard is in place of what was said of it before."""
        self._many(sql.REPORT, [(*row[:-1], _json(row.body))])

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row."""
        self._many(statement, rows)

    def mark(self, receipt: Receipt) -> None:
        """Record an attempt; finish its row, or file it again."""
        self._many(
            sql.RECEIPT,
            [(receipt.key, receipt.attempt, receipt.at, receipt.result.value, receipt.detail)],
        )
        self.is_asked |= receipt.dead
        place = (receipt.state, receipt.attempt, receipt.next_at or 0)
        self._many(sql.MARK, [(*place, receipt.reference, receipt.key)])

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one statement, as this transaction sees them."""
        return [tuple(row) for row in self._connection.exec_driver_sql(statement, tuple(values))]

    def change(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement for each row of values; return how many rows of the table it changed."""
        changed = (self._connection.exec_driver_sql(statement, tuple(row)) for row in rows)
        return sum(cursor.rowcount for cursor in changed)

    def rewrite(self, seq: int, payload: bytes) -> None:
        """Put another payload into a chunk, and know the last chunk again."""
        self._connection.exec_driver_sql(sql.REWRITE, (payload, seq))
        last, *parts = self.rows(sql.LAST_CHUNK)[0]
        self.appended = int(last), sum_of(*parts)

    def delete(self, table: str, key: str, found: Sequence[Any]) -> None:
        """Delete rows of one of our tables by their numbers."""
        statement = f'DELETE FROM "{table}" WHERE "{key}" = ?'  # noqa: S608 - names of our own
        self._many(statement, [(number,) for number in found])

    def lease(self, key: str, until: int) -> None:
        """Reserve an outbox row for one courier."""
        self._connection.exec_driver_sql(sql.LEASE, (until, key))

    def reserve(self, key: str, seen: Sequence[int], until: int) -> bool:
        """Lease an outbox row that is still as it was seen; tell whether it was.

        Where others write too, a row that one of them is just looking at is passed over.
        """
        if self.is_shared and not self.rows(sql.STILL, (key, *seen)):
            return False
        self.lease(key, until)
        return True

    def position(self, shard: str) -> int:
        """Return the number of the last frame that was applied."""
        return self._position(shard)

    def replace_results(
        self,
        outcomes: Iterable[Outcome],
        readings: Mapping[tuple[str, str, str, str], Sequence[int]],
        waiting: Iterable[Waiting],
    ) -> None:
        """Put other rules' results in place of what is stored: rows, counts, the call-back list."""
        self._many(sql.OUTCOME, outcomes)
        for table in ("reading", "waiting"):
            self._connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - one of two words
        self._many(sql.READING, [(*key, *counts) for key, counts in readings.items()])
        self._many(sql.WAIT, waiting)

    def add_signals(self, signals: Iterable[Mapping[str, Any]]) -> int:
        """Keep transitions that are not kept yet; return how many those are."""
        known = {tuple(row) for row in self.rows("SELECT id, number FROM signal")}
        new = [signal for signal in signals if (signal["id"], signal["number"]) not in known]
        self._many(sql.SIGNAL, [_signal_row(signal) for signal in new])
        return len(new)

    def _position(self, shard: str) -> int:
        found = self._connection.exec_driver_sql(sql.WHERE_ARE_WE, (shard,)).scalar()
        if found is None:
            self._connection.exec_driver_sql(sql.POSITION, (shard,))
            # Whoever made the row in between may have moved it.
            found = self._connection.exec_driver_sql(sql.WHERE_ARE_WE, (shard,)).scalar()
        return int(found or 0)

    def _write(self, frames: Sequence[Frame]) -> None:
        latest: dict[tuple[str, str], Outcome] = {}
        for frame in frames:
            for outcome in frame.outcomes:
                latest[outcome[:2]] = outcome
        self._together(sql.OUTCOME, sql.OUTCOMES, [*latest.values()])
        readings = summed(reading for frame in frames for reading in frame.readings)
        self._together(sql.READING, sql.READINGS, readings)
        self._write_waiting(frames)
        self._many(sql.SIGNAL, (_signal(signal) for frame in frames for signal in frame.signals))
        self._many(
            sql.LATE_FACT,
            ((e.source, e.id, e.type, e.time, e.case) for frame in frames for e in frame.too_late),
        )
        self._many(sql.AUDIT, (learned_row(f.stamp, one) for f in frames for one in f.taught))
        self._many(sql.TELL, (told_row(f.stamp, event) for f in frames for event in f.told))
        ahead = [(frame.stamp, event) for frame in frames for event in frame.future]
        if ahead:
            put_ahead(self, ahead)

    def _write_waiting(self, frames: Sequence[Frame]) -> None:
        """Put on and take off in order; only the last word on a case is written."""
        last = {item[:2]: item for frame in frames for item in frame.waiting}
        self._many(sql.CLEAR, [key for key, item in last.items() if not isinstance(item, Waiting)])
        self._many(sql.WAIT, [item for item in last.values() if isinstance(item, Waiting)])

    def _together(self, one: str, many: str, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows of different keys, with one statement where the database has lists."""
        if self.is_shared and len(rows) > FEW:
            self._connection.exec_driver_sql(many, columns(rows))
        else:
            self._many(one, rows)

    def _many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        found = [tuple(row) for row in rows]
        if found:
            self._connection.exec_driver_sql(statement, found)


def summed(readings: Iterable[Reading]) -> list[tuple[Any, ...]]:
    """Return one row for each key: several frames of a turn may count on the same day."""
    found: dict[tuple[str, ...], tuple[int, ...]] = {}
    for reading in readings:
        key, counts = reading[:4], reading[4:]
        before = found.get(key)
        found[key] = counts if before is None else tuple(map(add, before, counts))
    return [(*key, *counts) for key, counts in found.items()]


def _signal(signal: Any) -> tuple[Any, ...]:
    return _signal_row(asdict(signal))


def _signal_row(fields: Mapping[str, Any]) -> tuple[Any, ...]:
    values = [fields[name] for name in sql.SIGNAL_FIELDS[:-1]]
    return (*(str(v) if not isinstance(v, int) else v for v in values), _json(fields["evidence"]))


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)

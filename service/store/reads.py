"""What commands and pages read: plain rows, from a connection that cannot write."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from alerts.alert import Alert
from alerts.desk import REMEMBER_CLOSED_MS
from service.errors import DamagedError
from service.store.failure import explained
from service.store.opening import database_path
from service.store.shelf import SUMS, Kept, Sums, unpack

Row = dict[str, Any]
# `case` is a word of SQL, so the column has another name than the thing.
_NAMES = {"case_id": "case"}
_OUTCOMES = "SELECT * FROM outcome WHERE case_id = ? ORDER BY started, touchpoint"
_NAMED = (
    "SELECT * FROM signal WHERE evidence LIKE ? ESCAPE '\\' ORDER BY instant, id, number LIMIT 200"
)
_DELIVERIES = (
    "SELECT o.receiver, o.channel, o.why, o.state, r.at, r.result, r.detail FROM outbox o "
    "LEFT JOIN receipt r ON r.key = o.key WHERE o.alerts LIKE ? ORDER BY o.number, r.number"
)
_QUARANTINE = (
    "SELECT number, at, source, reason, detail, head, hash, body_bytes, redriven_at "
    "FROM quarantine ORDER BY number DESC LIMIT ?"
)
_KEPT = "SELECT number, source, reason, body FROM quarantine WHERE number = ? AND body_bytes > 0"
FOUR_WEEKS_MS = 28 * 24 * 3_600_000
_PER_HOUR = (
    "SELECT touchpoint, 1.0 * count(*) / count(DISTINCT started / 3600000) FROM outcome "
    "WHERE started > (SELECT max(started) FROM outcome) - ? GROUP BY touchpoint"
)
_KEPT_NUMBERS = (
    "SELECT number FROM quarantine WHERE body_bytes > 0 AND (? = '' OR reason = ?) "
    "AND (? = '' OR source = ?) ORDER BY number"
)


class Reads:
    """Answer questions about the store; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Open a database for reading only."""
        self._path = path
        self._lock = Lock()
        uri = f"file:{path}?mode=ro"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._connection.execute("PRAGMA query_only=ON")

    @classmethod
    def readonly(cls, url: str) -> "Reads":
        """Open the database of a URL for reading only."""
        return cls(database_path(url))

    def tuples(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Return the rows of one statement."""
        with self._asking():
            return self._connection.execute(statement, tuple(values)).fetchall()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Ask one question at a time, and tell damage from a mistake in the question."""
        with self._lock:
            try:
                yield
            except sqlite3.DatabaseError as error:
                found = explained(error, self._path)
                if isinstance(found, DamagedError):
                    raise found from None
                raise

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def book(self, now: int) -> list[Alert]:
        """Return the alerts that may still change: open, or closed less than 14 days ago."""
        statement = "SELECT body FROM alert WHERE is_open = 1 OR changed_at >= ?"
        rows = self.tuples(statement, (now - REMEMBER_CLOSED_MS,))
        return [Alert.from_row(json.loads(str(row[0]))) for row in rows]

    def alerts(self, *, every: bool = False) -> list[Row]:
        """Return open alerts, or all, the latest change first."""
        where = "" if every else "WHERE is_open = 1"
        rows = self.tuples(f"SELECT body FROM alert {where} ORDER BY changed_at DESC, id")  # noqa: S608
        return [json.loads(str(row[0])) for row in rows]

    def waiting(self, *, unit: str | None = None) -> list[Row]:
        """Return the call-back list, the longest first."""
        where, values = ("WHERE unit = ?", (unit,)) if unit else ("", ())
        return self._rows(f"SELECT * FROM waiting {where} ORDER BY since, case_id", values)  # noqa: S608

    def case(self, name: str) -> dict[str, list[Row]]:
        """Return what is known of one case."""
        escaped = (
            json.dumps(name, ensure_ascii=False)
            .replace("\\", "\\\\")
            .replace("%", "\\%")
            .replace("_", "\\_")
        )
        return {
            "outcomes": self._rows(_OUTCOMES, (name,)),
            "waiting": self._rows("SELECT * FROM waiting WHERE case_id = ?", (name,)),
            "signals": [_with_evidence(row) for row in self._rows(_NAMED, (f"%{escaped}%",))],
        }

    def why(self, alert: str) -> dict[str, Any] | None:
        """Return an alert by the beginning of its id, its transitions and its deliveries."""
        rows = self.tuples(
            "SELECT body FROM alert WHERE substr(id, 1, ?) = ? LIMIT 1", (len(alert), alert)
        )
        if not rows or not alert:
            return None
        body = json.loads(str(rows[0][0]))
        signals = self._rows("SELECT * FROM signal WHERE id = ? ORDER BY number", (body["id"],))
        deliveries = self._rows(_DELIVERIES, (f"%{body['id']}%",))
        return {
            "alert": body,
            "signals": [_with_evidence(s) for s in signals],
            "deliveries": deliveries,
        }

    def quarantine(self, limit: int) -> list[Row]:
        """Return what was turned away, the newest first."""
        return self._rows(_QUARANTINE, (limit,))

    def shelf(self) -> Sums:
        """Return how many inputs are kept whole, and in how many bytes."""
        return Sums(*self.tuples(SUMS)[0])  # type: ignore[arg-type]

    def per_hour(self) -> dict[str, float]:
        """Return how many cases of a touchpoint started in an hour of the last four weeks.

        Only hours in which any case started count, so that nights do not thin the number.
        """
        return {str(row[0]): float(str(row[1])) for row in self.tuples(_PER_HOUR, (FOUR_WEEKS_MS,))}

    def kept_numbers(self, reason: str = "", source: str = "") -> list[int]:
        """Return the numbers of inputs that can be tried again, the oldest first."""
        values = (reason, reason, source, source)
        return [int(str(row[0])) for row in self.tuples(_KEPT_NUMBERS, values)]

    def kept(self, numbers: Sequence[int]) -> list[Kept]:
        """Return the inputs of these numbers that are still kept whole."""
        found = (row for wanted in numbers for row in self._rows(_KEPT, (wanted,)))
        return [
            Kept(row["number"], row["source"], unpack(row["body"]), row["reason"]) for row in found
        ]

    def _rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        with self._asking():
            cursor = self._connection.execute(statement, tuple(values))
            names = [_NAMES.get(column[0], column[0]) for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]


def _with_evidence(row: Row) -> Row:
    return row | {"evidence": json.loads(row["evidence"])}

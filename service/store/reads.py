"""What commands and pages read: plain rows, from a connection that cannot write."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from alerts.alert import Alert
from alerts.book import REMEMBER_CLOSED_MS
from service.report.passed import Passed
from service.report.people import CaseRow
from service.store.asking import Asking, SqliteAsking
from service.store.database import open_asking
from service.store.shelf import SUMS, Kept, Sums, unpack
from service.store.standing import BOOK, BOOK_OF_SHARD
from service.store.told import ANSWERS, MONTH_MS, TOLD, TOLD_FIRST, AnswerRow, ToldRow

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
_PASSED = (
    "SELECT unit, started, due, ended, outcome FROM outcome WHERE touchpoint = ? AND started > ?"
)
_BEGAN = (
    "SELECT touchpoint, case_id, customer, unit, started, due, ended, outcome, provenance, answered "
    "FROM outcome WHERE started >= ? AND started < ? ORDER BY started, touchpoint, case_id"
)
_LOUD_SINCE = (
    "SELECT id, min(instant) FROM signal WHERE level IN ('warning', 'critical') GROUP BY id"
)
_NAMING = (
    "SELECT touchpoint, instant, evidence FROM signal WHERE level IN ('warning', 'critical') "
    "AND transition IN ('opened', 'worse', 'relapsed') AND instant >= ? AND instant < ? "
    "ORDER BY instant, id, number"
)
# What breaks a promise at once ends the case before it is due.
_BROKEN = (
    "CASE WHEN due IS NULL THEN coalesce(ended, started) "
    "WHEN ended IS NOT NULL AND ended < due THEN ended ELSE due END"
)
_LATE = (
    "SELECT touchpoint, case_id, customer, unit, started, due, ended, outcome, provenance, answered "  # noqa: S608 - words of our own
    f"FROM outcome WHERE outcome = 'late' AND {_BROKEN} >= ? "
    f"AND {_BROKEN} < ? ORDER BY started, touchpoint, case_id"
)
_TOLD_ANY = "SELECT 1 FROM told WHERE time >= ? AND time < ? LIMIT 1"
_NEWEST = (
    "SELECT max(started) FROM outcome UNION ALL SELECT max(ended) FROM outcome "
    "UNION ALL SELECT max(mark_at) FROM waiting"
)
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

    def __init__(self, asked: Path | Asking) -> None:
        """Open a SQLite file for reading only, or take whom to ask."""
        self._asked = SqliteAsking(asked) if isinstance(asked, Path) else asked

    @classmethod
    def readonly(cls, url: str) -> "Reads":
        """Open the database of a URL for reading only."""
        return cls(open_asking(url))

    def tuples(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Return the rows of one statement."""
        return self._asked.ask(statement, values)[1]

    def close(self) -> None:
        """Close the connection."""
        self._asked.close()

    def book(self, now: int, shard: str | None = None) -> list[Alert]:
        """Return the alerts that may still change: open, or closed less than 14 days ago.

        Who decides for one shard names it, because what its engine does not know would be ended.
        """
        since = now - REMEMBER_CLOSED_MS
        rows = self.tuples(BOOK_OF_SHARD, (since, shard)) if shard else self.tuples(BOOK, (since,))
        return [Alert.from_row(json.loads(str(row[0]))) for row in rows]

    def position(self, shard: str) -> int:
        """Return the last frame of a shard that was applied."""
        rows = self.tuples("SELECT frame FROM position WHERE shard = ?", (shard,))
        return int(str(rows[0][0])) if rows else 0

    def reports(self) -> list[Row]:
        """Return what each shard last said of itself."""
        rows = self.rows("SELECT * FROM shard_report ORDER BY shard")
        return [row | {"body": json.loads(row["body"])} for row in rows]

    def alerts(self, *, every: bool = False) -> list[Row]:
        """Return open alerts, or all, the latest change first."""
        where = "" if every else "WHERE is_open = 1"
        rows = self.tuples(f"SELECT body FROM alert {where} ORDER BY changed_at DESC, id")  # noqa: S608
        return [json.loads(str(row[0])) for row in rows]

    def waiting(self, *, unit: str | None = None) -> list[Row]:
        """Return the call-back list, the longest first."""
        where, values = ("WHERE unit = ?", (unit,)) if unit else ("", ())
        return self.rows(f"SELECT * FROM waiting {where} ORDER BY since, case_id", values)  # noqa: S608

    def passed(self, touchpoint: str, now: int) -> list[Passed]:
        """Return how the cases of a touchpoint stand that started in the four weeks before."""
        rows = self.tuples(_PASSED, (touchpoint, now - FOUR_WEEKS_MS))
        return [Passed(*row) for row in rows]  # type: ignore[arg-type]

    def newest(self) -> int:
        """Return the latest instant at which anything began, ended or passed a mark, or 0."""
        return max(int(str(row[0] or 0)) for row in self.tuples(_NEWEST))

    def began(self, begin: int, end: int) -> list[CaseRow]:
        """Return how the cases stand that started in [begin, end)."""
        return [CaseRow(*row) for row in self.tuples(_BEGAN, (begin, end))]  # type: ignore[arg-type]

    def told(self, types: Sequence[str], since: int = 0, until: int = 2**62) -> list[ToldRow]:
        """Return the facts of some types that happened in [since, until), in order."""
        marks = ", ".join("?" * len(types))
        rows = self.tuples(TOLD.format(marks), (*types, since, until)) if types else []
        return [ToldRow(*row[:-1], json.loads(str(row[-1]))) for row in rows]  # type: ignore[arg-type, call-arg]

    def told_by_month(self, types: Sequence[str], until: int) -> Iterator[list[ToldRow]]:
        """Yield the facts of some types before an instant, in order, a part of a month at a time.

        Between two parts others may ask: all of it at once would keep them waiting.
        """
        marks = ", ".join("?" * len(types))
        first = self.tuples(TOLD_FIRST.format(marks), types)[0][0] if types else None
        begins = range(int(str(first)), until, MONTH_MS) if first is not None else ()
        for begin in begins:
            yield self.told(types, begin, min(begin + MONTH_MS, until))

    def answers(self, event: str, touchpoints: Sequence[str]) -> list[AnswerRow]:
        """Return the answers that one type of event brought, each with the cases it is about."""
        marks = ", ".join("?" * len(touchpoints))
        rows = self.tuples(ANSWERS.format(marks), (event, *touchpoints))
        return [AnswerRow(*row[:-1], json.loads(str(row[-1]))) for row in rows]  # type: ignore[arg-type, call-arg]

    def loud_since(self) -> dict[str, int]:
        """Return for each finding since when it was a warning or worse; watches are left out."""
        return {str(row[0]): int(str(row[1])) for row in self.tuples(_LOUD_SINCE)}

    def named(self, begin: int, end: int) -> dict[tuple[str, str], int]:
        """Return for each (touchpoint, case) that a warning of [begin, end) named the first time."""
        found: dict[tuple[str, str], int] = {}
        for touchpoint, instant, evidence in self.tuples(_NAMING, (begin, end)):
            for case in json.loads(str(evidence)).get("cases", ()):
                found.setdefault((str(touchpoint), str(case)), int(str(instant)))
        return found

    def late(self, since: int, until: int) -> list[CaseRow]:
        """Return the cases whose promise was broken in [since, until)."""
        return [CaseRow(*row) for row in self.tuples(_LATE, (since, until))]  # type: ignore[arg-type]

    def has_told(self, since: int, until: int) -> bool:
        """Tell whether any fact of reports happened in [since, until)."""
        return bool(self.tuples(_TOLD_ANY, (since, until)))

    def case(self, name: str) -> dict[str, list[Row]]:
        """Return what is known of one case."""
        named = containing(json.dumps(name, ensure_ascii=False))
        return {
            "outcomes": self.rows(_OUTCOMES, (name,)),
            "waiting": self.rows("SELECT * FROM waiting WHERE case_id = ?", (name,)),
            "signals": [_with_evidence(row) for row in self.rows(_NAMED, (named,))],
        }

    def why(self, alert: str) -> dict[str, Any] | None:
        """Return an alert by the beginning of its id, its transitions and its deliveries."""
        rows = self.tuples(
            "SELECT body FROM alert WHERE substr(id, 1, CAST(? AS INTEGER)) = ? LIMIT 1",
            (len(alert), alert),
        )
        if not rows or not alert:
            return None
        body = json.loads(str(rows[0][0]))
        signals = self.rows("SELECT * FROM signal WHERE id = ? ORDER BY number", (body["id"],))
        deliveries = self.rows(_DELIVERIES, (f"%{body['id']}%",))
        return {
            "alert": body,
            "signals": [_with_evidence(s) for s in signals],
            "deliveries": deliveries,
        }

    def quarantine(self, limit: int) -> list[Row]:
        """Return what was turned away, the newest first."""
        return self.rows(_QUARANTINE, (limit,))

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
        found = (row for wanted in numbers for row in self.rows(_KEPT, (wanted,)))
        return [
            Kept(row["number"], row["source"], unpack(row["body"]), row["reason"]) for row in found
        ]

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """Return the rows of one statement, with the names of their columns."""
        columns, rows = self._asked.ask(statement, values)
        names = [_NAMES.get(column, column) for column in columns]
        return [dict(zip(names, row, strict=True)) for row in rows]


def containing(text: str) -> str:
    """Return the pattern of what contains a text, for a LIKE that escapes by a backslash."""
    for mark in "\\%_":
        text = text.replace(mark, f"\\{mark}")
    return f"%{text}%"


def _with_evidence(row: Row) -> Row:
    return row | {"evidence": json.loads(row["evidence"])}

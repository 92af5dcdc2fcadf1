"""What is older than it may be is deleted, a little at a time, by the one writer.

Once an hour a sweep goes through each table in the order of its rows, some at a time and with a
second between, so that no turn becomes long.  Age is told by the time of the log, which is guarded
against clocks that somebody set, and the first sweep comes an hour after the start: time for a
person to see that the clock is wrong before anything is gone.

SQLite's rows are gone through by their number, a server's by the page on which they lie: its tables
without a number have no order that would be cheap to follow, and a page is what it reads anyway.

Readings are kept: they are counts without people.  Chunks of the log go only before `before_seq`,
because what an engine needs to begin again must stay.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from service.store.transaction import Transaction

HOUR_S, PAUSE_S = 3600.0, 1.0
LOOKED_AT, DELETED_MAX = 5000, 300
PAGES = 100
DAY_MS = 86_400_000


class Limits(NamedTuple):
    """State for how long things are kept, in milliseconds."""

    log: int = 90 * DAY_MS
    outcomes: int = 400 * DAY_MS
    quarantine: int = 30 * DAY_MS
    customers: int = 1100 * DAY_MS
    beats: int = DAY_MS

    @property
    def digests(self) -> int:
        """Return for how long a page as sent is kept: never so short that its week is sent again."""
        return max(self.outcomes, 28 * DAY_MS)


class Rule(NamedTuple):
    """State which rows of a table may go: its key, and a condition on the horizon."""

    table: str
    key: str
    limit: str
    old: str


CREATED = "json_extract(t.body, '$.created_at')"
_CREATED_THERE = "CAST(t.body::json ->> 'created_at' AS BIGINT)"
_WORD = re.compile(":(horizon|before_seq)")
_NO_ALERT = "NOT EXISTS (SELECT 1 FROM alert a WHERE a.id = t.{})"
RULES = (
    Rule("alert", "rowid", "outcomes", "t.is_open = 0 AND t.changed_at < :horizon"),
    Rule("notice", "number", "outcomes", "t.at < :horizon AND " + _NO_ALERT.format("alert")),
    Rule("signal", "rowid", "outcomes", "t.instant < :horizon AND " + _NO_ALERT.format("id")),
    Rule(
        "outbox",
        "number",
        "outcomes",
        "t.state <> 'pending' AND " + CREATED + " < :horizon",
    ),
    Rule("outbox", "number", "beats", "t.why = 'heartbeat' AND t.at < :horizon"),
    Rule(
        "receipt",
        "number",
        "beats",
        "t.at < :horizon AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.key = t.key)",
    ),
    Rule("request", "number", "outcomes", "t.result <> '' AND t.at < :horizon"),
    Rule("silence", "rowid", "outcomes", "t.ends < :horizon"),
    Rule("informed", "rowid", "outcomes", "t.at < :horizon"),
    Rule("used_link", "rowid", "outcomes", "t.at < :horizon"),
    Rule("commitment", "rowid", "outcomes", "t.state <> 'open' AND t.at < :horizon"),
    Rule("digest", "rowid", "digests", "t.at < :horizon"),
    # The newest of each kind says whether somebody is a customer, so it stays as long as people do.
    Rule(
        "told",
        "rowid",
        "outcomes",
        "t.time < :horizon AND (t.customer = '' OR EXISTS (SELECT 1 FROM told n "
        "WHERE n.customer = t.customer AND n.type = t.type AND n.time > t.time "
        "AND n.time < :horizon))",
    ),
    Rule("told", "rowid", "customers", "t.time < :horizon"),
    Rule("undeliverable", "number", "outcomes", "t.at < :horizon"),
    Rule("late_fact", "number", "outcomes", "t.time < :horizon"),
    Rule(
        "outcome",
        "rowid",
        "outcomes",
        "t.outcome <> 'open' AND t.started < :horizon AND coalesce(t.due, 0) < :horizon "
        "AND coalesce(t.ended, 0) < :horizon",
    ),
    Rule("quarantine", "number", "quarantine", "t.at < :horizon"),
    Rule(
        "chunk",
        "seq",
        "log",
        "t.kind <> 'control' AND t.stamp_ms < :horizon AND t.seq < :before_seq",
    ),
)


class Retention:
    """Sweep once an hour; `due` says when, `step` is work for the writer's next turn."""

    def __init__(
        self,
        limits: Limits,
        *,
        clock: Callable[[], float],
        time: Callable[[], int],
        before_seq: Callable[[], int] = lambda: 0,
        on_deleted: Callable[[str, int], None] = lambda table, count: None,
    ) -> None:
        """Take the limits, a clock that counts seconds, and the time of the log."""
        self._limits = limits
        self._clock = clock
        self._time = time
        self._before_seq = before_seq
        self._on_deleted = on_deleted
        self._next_s = clock() + HOUR_S
        self._rule = self._after = 0
        for table in dict.fromkeys(rule.table for rule in RULES):
            on_deleted(table, 0)

    def due(self) -> bool:
        """Tell whether the next step should be taken."""
        return self._clock() >= self._next_s

    def step(self, transaction: Transaction) -> None:
        """Look at some rows of one table and delete the old ones."""
        rule = RULES[self._rule]
        horizon = self._time() - getattr(self._limits, rule.limit)
        values = {"horizon": horizon, "before_seq": self._before_seq()}
        look = _old_on_pages if transaction.is_shared else _old
        found, last = look(transaction, rule, self._after, values)
        transaction.delete(rule.table, "ctid" if transaction.is_shared else rule.key, found)
        self._on_deleted(rule.table, len(found))
        self._next_s = self._clock() + PAUSE_S
        if last is not None:
            self._after = last
            return
        self._after = 0
        self._rule = (self._rule + 1) % len(RULES)
        if self._rule == 0:
            self._next_s = self._clock() + HOUR_S


def _old(
    transaction: Transaction, rule: Rule, after: int, values: dict[str, int]
) -> tuple[list[Any], int | None]:
    """Return old rows behind a place, and where to go on; None at the end of the table."""
    key, table = rule.key, rule.table
    look = f"SELECT {key} FROM {table} WHERE {key} > ? ORDER BY {key} LIMIT 1 OFFSET ?"  # noqa: S608 - names of our own
    end = transaction.rows(look, (after, LOOKED_AT))
    until = int(end[0][0]) if end else 2**62
    condition, more = _filled(rule.old, values)
    ask = f"SELECT t.{key} FROM {table} t WHERE t.{key} > ? AND t.{key} < ? AND {condition}"  # noqa: S608
    rows = transaction.rows(f"{ask} ORDER BY t.{key} LIMIT {DELETED_MAX}", (after, until, *more))
    found = [int(row[0]) for row in rows]
    if len(found) == DELETED_MAX:
        return found, found[-1]
    return found, (until - 1 if end else None)


def _old_on_pages(
    transaction: Transaction, rule: Rule, after: int, values: dict[str, int]
) -> tuple[list[Any], int | None]:
    """Return old rows on the next pages of a server's table, and on which page to go on."""
    size = "SELECT pg_relation_size(?::regclass) / current_setting('block_size')::bigint"
    pages = int(transaction.rows(size, (f'"{rule.table}"',))[0][0])
    until = after + PAGES
    condition, more = _filled(rule.old.replace(CREATED, _CREATED_THERE), values)
    ask = (
        f"SELECT t.ctid::text FROM {rule.table} t "  # noqa: S608 - names of our own
        f"WHERE t.ctid >= ?::tid AND t.ctid < ?::tid AND {condition} LIMIT {DELETED_MAX}"
    )
    rows = transaction.rows(ask, (f"({after},0)", f"({until},0)", *more))
    found = [row[0] for row in rows]
    if len(found) == DELETED_MAX:
        return found, after
    return found, (until if until < pages else None)


def _filled(condition: str, values: dict[str, int]) -> tuple[str, list[int]]:
    """Return a condition with marks, and the values in their order."""
    found = [values[word] for word in _WORD.findall(condition)]
    return _WORD.sub("?", condition), found

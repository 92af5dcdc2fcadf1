"""The statements that run for every turn, made once from the tables."""

from collections.abc import Sequence

from sqlalchemy import Integer, Table

from service.store import page_tables, tables


def _insert(table: Table, columns: Sequence[str] = (), tail: str = "") -> str:
    names = tuple(columns) or tuple(
        column.name for column in table.columns if column.name != "number"
    )
    marks = ", ".join("?" * len(names))
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks}) {tail}'.strip()  # noqa: S608 - names of our own tables


def _upsert(table: Table, how: str = "excluded.{0}") -> str:
    keys = [column.name for column in table.primary_key]
    rest = [column.name for column in table.columns if column.name not in keys]
    changes = ", ".join(f'"{name}" = ' + how.format(f'"{name}"') for name in rest)
    quoted = ", ".join(f'"{name}"' for name in keys)
    names = [column.name for column in table.columns]
    return _insert(table, names, f"ON CONFLICT ({quoted}) DO UPDATE SET {changes}")


def _together(table: Table, how: str = "excluded.{0}") -> str:
    """Return the upsert of many rows at once: a list for each column, in PostgreSQL's words."""
    kinds = ("bigint" if isinstance(column.type, Integer) else "text" for column in table.columns)
    lists = ", ".join(f"?::{kind}[]" for kind in kinds)
    marks = ", ".join("?" * len(table.columns))
    rows = f"SELECT * FROM unnest({lists})"  # noqa: S608 - kinds of our own tables
    return _upsert(table, how).replace(f"VALUES ({marks})", rows, 1)


SIGNAL_FIELDS = tuple(column.name for column in tables.SIGNAL.columns)
APPEND = _insert(tables.CHUNK, ("shard", "stamp_ms", "kind", "payload"))
# SQLite tells the number without being asked, which is faster there.
APPEND_THERE = APPEND + " RETURNING seq"
REWRITE = "UPDATE chunk SET payload = ? WHERE seq = ?"
LAST_CHUNK = "SELECT seq, stamp_ms, kind, payload FROM chunk ORDER BY seq DESC LIMIT 1"
POSITION = "INSERT INTO position (shard, frame) VALUES (?, 0) ON CONFLICT DO NOTHING"
WHERE_ARE_WE = "SELECT frame FROM position WHERE shard = ?"
MOVE = "UPDATE position SET frame = ? WHERE shard = ? AND frame = ?"
SIT = "UPDATE position SET sitting = sitting + 1 WHERE shard = ? AND sitting = ?"
SITTINGS = "SELECT sitting FROM position WHERE shard = ?"
OUTCOME = _upsert(tables.OUTCOME)
READING = _upsert(tables.READING, '"reading".{0} + excluded.{0}')
OUTCOMES = _together(tables.OUTCOME)
READINGS = _together(tables.READING, '"reading".{0} + excluded.{0}')
WAIT = _upsert(tables.WAITING)
CLEAR = "DELETE FROM waiting WHERE touchpoint = ? AND case_id = ?"
SIGNAL = _insert(tables.SIGNAL, SIGNAL_FIELDS)
LATE_FACT = _insert(tables.LATE_FACT)
# The first account of a fact counts, as it does for the engine.
TELL = _insert(page_tables.TOLD, tail="ON CONFLICT DO NOTHING")
ALERT = _upsert(tables.ALERT)
NOTICE = _insert(tables.NOTICE)
UNDELIVERABLE = _insert(tables.UNDELIVERABLE)
OUTBOX = (
    "INSERT INTO outbox (key, alerts, receiver, channel, why, body, thread, shard, at, "
    "state, attempts, next_at, leased_until) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, 0, 0) ON CONFLICT (key) DO NOTHING"
)
ANSWER = "UPDATE request SET result = ? WHERE number = ?"
REPORTED = "UPDATE outbox SET reported = 1 WHERE key = ?"
PROPOSE = _insert(tables.COMMITMENT, ("id", "at", "state", "body"), "ON CONFLICT (id) DO NOTHING")
COMMIT = _upsert(tables.COMMITMENT)
ACTIONS = (
    "SELECT r.number, r.at, r.alert, r.kind, r.who, r.via, r.note FROM request r "
    "JOIN alert a ON a.id = r.alert WHERE r.result = '' AND a.shard = ? ORDER BY r.number LIMIT 500"
)
SILENCES = "SELECT body FROM silence WHERE ends > ? ORDER BY id"
UNDELIVERED = (
    "SELECT o.body, o.state, (SELECT r.detail FROM receipt r WHERE r.key = o.key "
    "ORDER BY r.number DESC LIMIT 1) FROM outbox o WHERE o.shard = ? AND o.reported = 0 "
    "AND (o.state = 'dead' OR (o.state = 'pending' AND o.attempts > 0 AND o.at < ?)) "
    "ORDER BY o.number LIMIT 500"
)
REQUEST = _insert(
    tables.REQUEST, ("at", "alert", "kind", "who", "via", "note", "result"), "RETURNING number"
)
AUDIT = _insert(tables.AUDIT, ("at", "who", "via", "what", "about", "detail"))
SILENCE = _upsert(tables.SILENCE)
INFORMED = _upsert(tables.INFORMED)
USED_LINK = _insert(tables.USED_LINK, ("hash", "at"), "ON CONFLICT DO NOTHING")
REPORT = _upsert(tables.SHARD_REPORT)
RECEIPT = _insert(tables.RECEIPT)
# What is finished stays finished, whatever a courier says that lost its lease.
MARK = (
    "UPDATE outbox SET state = ?, attempts = ?, next_at = ?, reference = ?, leased_until = 0 "
    "WHERE key = ? AND state = 'pending'"
)
STILL = (
    "SELECT number FROM outbox WHERE key = ? AND state = 'pending' AND attempts = ? "
    "AND next_at = ? AND leased_until = ? FOR UPDATE SKIP LOCKED"
)
PARENT = (
    "SELECT reference FROM outbox WHERE thread = ? AND reference <> '' ORDER BY number DESC LIMIT 1"
)
LEASE = "UPDATE outbox SET leased_until = ? WHERE key = ?"
# One page for each week and receiver, whoever comes first.
KEEP_DIGEST = _insert(page_tables.DIGEST, tail="ON CONFLICT DO NOTHING")

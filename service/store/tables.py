"""The tables; times are integers, UTC milliseconds, so no driver can lose their zone."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()
# The only shard of one machine, and the owner of alerts from before there were shards.
MAIN = "main"
_Whole = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *, primary: bool = False) -> Column[str]:
    return Column(name, String, primary_key=primary, nullable=False)


def _whole(name: str, *, primary: bool = False, empty: bool = False) -> Column[int]:
    return Column(name, _Whole, primary_key=primary, nullable=empty)


CHUNK = Table(
    "chunk",
    METADATA,
    Column("seq", _Whole, primary_key=True, autoincrement=True),
    _text("shard"),
    _whole("stamp_ms"),
    _text("kind"),
    Column("payload", LargeBinary, nullable=False),
)
POSITION = Table(
    "position",
    METADATA,
    _text("shard", primary=True),
    _whole("frame"),
    Column("sitting", _Whole, nullable=False, server_default="0"),
)
OUTCOME = Table(
    "outcome",
    METADATA,
    _text("touchpoint", primary=True),
    _text("case_id", primary=True),
    _text("customer"),
    _text("unit"),
    _text("via"),
    _whole("started"),
    _whole("due", empty=True),
    _whole("ended", empty=True),
    _text("outcome"),
    _whole("open_ms", empty=True),
    _whole("own_ms", empty=True),
    _whole("early"),
    _text("provenance"),
    _whole("plan"),
)
READING = Table(
    "reading",
    METADATA,
    _text("day", primary=True),
    _text("touchpoint", primary=True),
    _text("unit", primary=True),
    _text("via", primary=True),
    _whole("kept"),
    _whole("late"),
    _whole("gave_up"),
    _whole("unknown"),
    _whole("open"),
)
WAITING = Table(
    "waiting",
    METADATA,
    _text("touchpoint", primary=True),
    _text("case_id", primary=True),
    _text("customer"),
    _text("unit"),
    _whole("since"),
    _whole("due", empty=True),
    _whole("mark"),
    _whole("mark_at"),
)
SIGNAL = Table(
    "signal",
    METADATA,
    _text("id", primary=True),
    _whole("number", primary=True),
    _text("transition"),
    _text("level"),
    _text("touchpoint"),
    _text("rule"),
    _text("kind"),
    _text("per"),
    _text("scope"),
    _whole("instant"),
    _whole("cases"),
    _whole("customers"),
    _text("reason"),
    Column("evidence", Text, nullable=False),
)
ALERT = Table(
    "alert",
    METADATA,
    _text("id", primary=True),
    _whole("is_open"),
    _whole("changed_at"),
    Column("body", Text, nullable=False),
    Column("shard", String, nullable=False, server_default=MAIN),
)
NOTICE = Table(
    "notice",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    _text("alert"),
    _whole("at"),
    Column("body", Text, nullable=False),
)
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    _text("alerts"),
    _text("receiver"),
    _text("channel"),
    _text("why"),
    _text("state"),
    _whole("attempts"),
    _whole("next_at"),
    _whole("leased_until"),
    Column("body", Text, nullable=False),
    Column("thread", String, nullable=False, server_default=""),
    Column("reference", String, nullable=False, server_default=""),
    Column("shard", String, nullable=False, server_default=MAIN),
    Column("at", _Whole, nullable=False, server_default="0"),
    Column("reported", _Whole, nullable=False, server_default="0"),
    Index("outbox_by_state", "state", "channel"),
    Index("outbox_by_thread", "thread"),
)
RECEIPT = Table(
    "receipt",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    _text("key"),
    _whole("attempt"),
    _whole("at"),
    _text("result"),
    _text("detail"),
)
QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    _whole("at"),
    _text("source"),
    _text("reason"),
    _text("detail"),
    Column("head", LargeBinary, nullable=False),
    _text("hash"),
    Column("body", LargeBinary, nullable=True),
    Column("body_bytes", _Whole, nullable=False, server_default="0"),
    _whole("redriven_at", empty=True),
    Column("origin", String, nullable=True),
    Index("quarantine_by_body", "body_bytes"),
    Index("quarantine_by_origin", "origin", unique=True),
)
LATE_FACT = Table(
    "late_fact",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    _text("source"),
    _text("event"),
    _text("type"),
    _whole("time"),
    _text("case_id"),
)
UNDELIVERABLE = Table(
    "undeliverable",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    _whole("at"),
    Column("body", Text, nullable=False),
)
REQUEST = Table(
    "request",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    _whole("at"),
    _text("alert"),
    _text("kind"),
    _text("who"),
    _text("via"),
    _text("note"),
    _text("result"),
    Index("request_by_result", "result"),
)
SILENCE = Table(
    "silence",
    METADATA,
    _text("id", primary=True),
    _whole("ends"),
    Column("body", Text, nullable=False),
)
COMMITMENT = Table(
    "commitment",
    METADATA,
    _text("id", primary=True),
    _whole("at"),
    _text("state"),
    Column("body", Text, nullable=False),
)
AUDIT = Table(
    "audit",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    _whole("at"),
    _text("who"),
    _text("via"),
    _text("what"),
    _text("about"),
    _text("detail"),
)
INFORMED = Table(
    "informed",
    METADATA,
    _text("touchpoint", primary=True),
    _text("case_id", primary=True),
    _whole("at"),
    _text("who"),
)
USED_LINK = Table("used_link", METADATA, _text("hash", primary=True), _whole("at"))
SHARD_REPORT = Table(
    "shard_report",
    METADATA,
    _text("shard", primary=True),
    _text("worker"),
    _whole("at"),
    _whole("log_offset"),
    _whole("stamp"),
    _whole("semantics"),
    _whole("plan_number"),
    Column("body", Text, nullable=False),
)

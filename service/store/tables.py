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


def text(name: str, *, primary: bool = False) -> Column[str]:
    """Return a column of text that is never empty."""
    return Column(name, String, primary_key=primary, nullable=False)


def whole(name: str, *, primary: bool = False, empty: bool = False) -> Column[int]:
    """Return a column of whole numbers."""
    return Column(name, _Whole, primary_key=primary, nullable=empty)


CHUNK = Table(
    "chunk",
    METADATA,
    Column("seq", _Whole, primary_key=True, autoincrement=True),
    text("shard"),
    whole("stamp_ms"),
    text("kind"),
    Column("payload", LargeBinary, nullable=False),
)
POSITION = Table(
    "position",
    METADATA,
    text("shard", primary=True),
    whole("frame"),
    Column("sitting", _Whole, nullable=False, server_default="0"),
)
OUTCOME = Table(
    "outcome",
    METADATA,
    text("touchpoint", primary=True),
    text("case_id", primary=True),
    text("customer"),
    text("unit"),
    text("via"),
    whole("started"),
    whole("due", empty=True),
    whole("ended", empty=True),
    text("outcome"),
    whole("open_ms", empty=True),
    whole("own_ms", empty=True),
    whole("early"),
    text("provenance"),
    whole("plan"),
    Column("answered", _Whole, nullable=False, server_default="1"),
)
READING = Table(
    "reading",
    METADATA,
    text("day", primary=True),
    text("touchpoint", primary=True),
    text("unit", primary=True),
    text("via", primary=True),
    whole("kept"),
    whole("late"),
    whole("gave_up"),
    whole("unknown"),
    whole("open"),
)
WAITING = Table(
    "waiting",
    METADATA,
    text("touchpoint", primary=True),
    text("case_id", primary=True),
    text("customer"),
    text("unit"),
    whole("since"),
    whole("due", empty=True),
    whole("mark"),
    whole("mark_at"),
)
SIGNAL = Table(
    "signal",
    METADATA,
    text("id", primary=True),
    whole("number", primary=True),
    text("transition"),
    text("level"),
    text("touchpoint"),
    text("rule"),
    text("kind"),
    text("per"),
    text("scope"),
    whole("instant"),
    whole("cases"),
    whole("customers"),
    text("reason"),
    Column("evidence", Text, nullable=False),
)
ALERT = Table(
    "alert",
    METADATA,
    text("id", primary=True),
    whole("is_open"),
    whole("changed_at"),
    Column("body", Text, nullable=False),
    Column("shard", String, nullable=False, server_default=MAIN),
)
NOTICE = Table(
    "notice",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    text("alert"),
    whole("at"),
    Column("body", Text, nullable=False),
)
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    text("alerts"),
    text("receiver"),
    text("channel"),
    text("why"),
    text("state"),
    whole("attempts"),
    whole("next_at"),
    whole("leased_until"),
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
    text("key"),
    whole("attempt"),
    whole("at"),
    text("result"),
    text("detail"),
)
QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    whole("at"),
    text("source"),
    text("reason"),
    text("detail"),
    Column("head", LargeBinary, nullable=False),
    text("hash"),
    Column("body", LargeBinary, nullable=True),
    Column("body_bytes", _Whole, nullable=False, server_default="0"),
    whole("redriven_at", empty=True),
    Column("origin", String, nullable=True),
    Index("quarantine_by_body", "body_bytes"),
    Index("quarantine_by_origin", "origin", unique=True),
)
LATE_FACT = Table(
    "late_fact",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    text("source"),
    text("event"),
    text("type"),
    whole("time"),
    text("case_id"),
)
UNDELIVERABLE = Table(
    "undeliverable",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    whole("at"),
    Column("body", Text, nullable=False),
)
REQUEST = Table(
    "request",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    whole("at"),
    text("alert"),
    text("kind"),
    text("who"),
    text("via"),
    text("note"),
    text("result"),
    Index("request_by_result", "result"),
)
SILENCE = Table(
    "silence",
    METADATA,
    text("id", primary=True),
    whole("ends"),
    Column("body", Text, nullable=False),
)
COMMITMENT = Table(
    "commitment",
    METADATA,
    text("id", primary=True),
    whole("at"),
    text("state"),
    Column("body", Text, nullable=False),
)
AUDIT = Table(
    "audit",
    METADATA,
    Column("number", _Whole, primary_key=True, autoincrement=True),
    whole("at"),
    text("who"),
    text("via"),
    text("what"),
    text("about"),
    text("detail"),
)
_CASE = text("touchpoint", primary=True), text("case_id", primary=True)
INFORMED = Table("informed", METADATA, *_CASE, whole("at"), text("who"))
USED_LINK = Table("used_link", METADATA, text("hash", primary=True), whole("at"))
SHARD_REPORT = Table(
    "shard_report",
    METADATA,
    text("shard", primary=True),
    text("worker"),
    whole("at"),
    whole("log_offset"),
    whole("stamp"),
    whole("semantics"),
    whole("plan_number"),
    Column("body", Text, nullable=False),
)

"""The tables behind the weekly page: the facts that reports read, and the pages as they were sent."""

from sqlalchemy import Column, Index, Table, Text

from service.store.tables import METADATA, text, whole

TOLD = Table(
    "told",
    METADATA,
    text("source", primary=True),
    text("id", primary=True),
    text("type"),
    whole("time"),
    whole("heard"),
    whole("recorded", empty=True),
    text("case_id"),
    text("customer"),
    text("unit"),
    Column("data", Text, nullable=False),
    Index("told_by_type", "type", "time"),
    Index("told_by_customer", "customer"),
)
DIGEST = Table(
    "digest",
    METADATA,
    text("week", primary=True),
    text("receiver", primary=True),
    whole("at"),
    text("made_of"),
    Column("body", Text, nullable=False),
)

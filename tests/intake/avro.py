"""Avro for tests: a schema of calls, a row of it, and how it looks on the wire."""

import struct
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from fastavro import parse_schema, schemaless_writer

SHOP = {"type": "record", "name": "x.Shop", "fields": [{"name": "id", "type": "string"}]}
FIELDS: list[dict[str, Any]] = [
    {"name": "no", "type": "long"},
    {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    {"name": "shop", "type": SHOP},
    {"name": "who", "type": ["null", "string"], "default": None},
    {"name": "s", "type": ["null", "double"], "default": None},
]
CALL = {"type": "record", "name": "x.Call", "fields": FIELDS}
ROW = {
    "no": 7,
    "at": datetime(2026, 9, 14, 7, tzinfo=UTC),
    "shop": {"id": "a"},
    "who": "k",
    "s": 1.5,
}
LIST = {"type": "record", "name": "L", "fields": [{"name": "next", "type": ["null", "L"]}]}


def avro(number: int, schema: Any, row: Any) -> bytes:
    """Return a row as the wire has it."""
    body = BytesIO()
    schemaless_writer(body, parse_schema(schema), row)
    return struct.pack(">bI", 0, number) + body.getvalue()


def fake_id() -> dict[str, Any]:
    """Return the innermost type where it stands in place."""
    return {"type": "fixed", "name": "x.Id", "size": 2}

"""Avro with a registry's wire format: a zero byte, the schema's number, then the row.

The row becomes what JSON would have said of it, and goes the way of every plain row: the source's
`map:` says what its fields mean.  The rules for text and numbers are those of the other doors.

Two kinds of schema are refused, because a few bytes under them end the process.  A schema that
contains itself lets the reader call itself once a byte, until its stack is at an end and with it
the process (5,000 bytes did it).  Items that take no bytes make a list of any length from nothing.
To count while reading was rejected: the reader is compiled and offers no hook for that.  Decimals
it does let us read: one megabyte of digits took it 77 seconds, so ours have at most 32 bytes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from struct import Struct
from types import MappingProxyType
from typing import Any
from uuid import UUID

from service.engine.values import Event
from service.intake.decode import Decoder
from service.intake.document import DEPTH_MAX, refuse_strange
from service.rejected import Reason, Refusal, Rejected, rejected

_HEAD = Struct(">bI")
_DECIMAL, _DECIMAL_BYTES_MAX = "erosion-decimal", 32


@dataclass(frozen=True, slots=True)
class Schema:
    """Hold a schema that was judged, ready to read with."""

    parsed: Any


# A schema by its number; a text says why there is none.
Schemas = Mapping[int, Schema | str]
NO_SCHEMAS: Schemas = MappingProxyType({})


def schema_numbers(values: Iterable[bytes | None]) -> set[int]:
    """Return the numbers of the schemas that records name; a record that names none is passed by."""
    heads = (value for value in values if value and len(value) >= _HEAD.size and value[0] == 0)
    return {_HEAD.unpack_from(value)[1] for value in heads}


def decode_avro(decoder: Decoder, source: str, value: bytes, schemas: Schemas) -> Event | Rejected:
    """Return the event that a row of Avro means, or why it means none.

    Raises KeyError for a number that `schemas` says nothing of: it was not asked for, and what is
    not known yet must never be turned away.
    """
    try:
        row = _clean(_read(value, schemas), DEPTH_MAX)
    except Refusal as bad:
        return rejected(bad.reason, bad.detail, value, source)
    return decoder.value(row, source, value)


def judged(written: Any, others: Iterable[Any] = ()) -> Schema | str:
    """Return a schema that can be read with, or why it cannot; `others` are those it refers to."""
    from fastavro import parse_schema  # noqa: PLC0415 - an extra
    from fastavro.read import LOGICAL_READERS  # noqa: PLC0415
    from fastavro.schema import SchemaParseException, UnknownType  # noqa: PLC0415

    LOGICAL_READERS[f"bytes-{_DECIMAL}"] = LOGICAL_READERS[f"fixed-{_DECIMAL}"] = _decimal
    named: dict[str, Any] = {}
    walk = _Walk()
    try:
        for other in others:
            walk.width(parse_schema(_ours(other), named))
        parsed = parse_schema(_ours(written), named)
        walk.width(parsed)
    except (
        SchemaParseException,
        UnknownType,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ) as e:
        return f"the schema cannot be used: {e}"
    return Schema(parsed)


def _ours(schema: Any) -> Any:
    """Return a schema whose decimals are read by us."""
    if isinstance(schema, list):
        return [_ours(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _ours(item) for name, item in schema.items()}
    return found | ({"logicalType": _DECIMAL} if found.get("logicalType") == "decimal" else {})


def _decimal(data: bytes, schema: Any, _: Any = None) -> Decimal:
    if len(data) > _DECIMAL_BYTES_MAX:
        raise Refusal(Reason.NUMBER, f"a decimal has more than {_DECIMAL_BYTES_MAX} bytes")
    whole = int.from_bytes(data, "big", signed=True)
    return Decimal(whole).scaleb(-int(schema.get("scale", 0)))


class _Walk:
    """Go through a schema, and raise ValueError for what must not be read with."""

    def __init__(self) -> None:
        self._open: set[str] = set()
        self._widths: dict[str, bool] = {"null": False}

    def width(self, schema: Any) -> bool:
        """Tell whether what a schema describes takes at least one byte."""
        if isinstance(schema, str):
            if schema in self._open:
                raise ValueError(f"{schema} contains itself")
            return self._widths.get(schema, True)
        if isinstance(schema, list):
            for branch in schema:
                self.width(branch)
            return True
        return self._complex(schema, schema["type"])

    def _complex(self, schema: Any, kind: Any) -> bool:
        if kind in ("record", "error"):
            return self._record(schema)
        if kind in ("fixed", "enum"):
            self._widths[schema["name"]] = kind == "enum" or bool(schema["size"])
            return self._widths[schema["name"]]
        if kind not in ("array", "map"):
            return self.width(kind)
        if not self.width(schema["items" if kind == "array" else "values"]) and kind == "array":
            raise ValueError("an array has items that take no bytes")
        return True

    def _record(self, schema: Any) -> bool:
        name = schema["name"]
        self._open.add(name)
        widths = [self.width(field["type"]) for field in schema["fields"]]
        self._open.remove(name)
        self._widths[name] = any(widths)
        return self._widths[name]


def _read(value: bytes, schemas: Schemas) -> object:
    from fastavro import schemaless_reader  # noqa: PLC0415 - an extra

    if len(value) < _HEAD.size or value[0] != 0:
        raise Refusal(Reason.CONTENT, "not Avro with the number of a schema in front")
    number = _HEAD.unpack_from(value)[1]
    schema = schemas[number]
    if isinstance(schema, str):
        raise Refusal(Reason.CONTENT, f"schema {number}: {schema}")
    stream = BytesIO(value)
    stream.seek(_HEAD.size)
    try:
        row: object = schemaless_reader(stream, schema.parsed, None)
    except Refusal:
        raise
    except Exception as error:  # noqa: BLE001 - a reader of foreign bytes fails in every way
        words = str(error) or type(error).__name__
        raise Refusal(Reason.CONTENT, f"not a row of schema {number}: {words}") from None
    if stream.tell() != len(value):
        raise Refusal(Reason.CONTENT, f"more bytes than a row of schema {number} has")
    return row


def _clean(value: object, room: int) -> object:
    """Return a value as JSON would have it, by the same rules."""
    if not room:
        raise Refusal(Reason.DEPTH, f"more than {DEPTH_MAX} levels deep")
    if isinstance(value, dict):
        return {_text(str(name)): _clean(item, room - 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, room - 1) for item in value]
    return _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, int | float):
        if value != value:  # noqa: PLR0124 - only NaN is not itself
            raise Refusal(Reason.NUMBER, "NaN is no number of ours")
        refuse_strange(value)
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else None


def _text(value: str) -> str:
    if "\0" in value:
        raise Refusal(Reason.TEXT, "a text holds the character NUL")
    return value

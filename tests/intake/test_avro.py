"""Avro records: rows by schemas of a registry, and what must never be read with."""

import struct
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine.values import Event
from service.intake.avro import Schema, judged, schema_numbers
from service.intake.decode import Decoder
from service.intake.record import decode_record
from service.rejected import Rejected
from tests.intake.avro import CALL, FIELDS, LIST, ROW, avro, fake_id
from tests.intake.conftest import MAP
from tests.worlds import KEY, plan_of

DANGEROUS: list[tuple[Any, str]] = [
    (LIST, "contains itself"),
    ({"type": "array", "items": "null"}, "take no bytes"),
    ({"type": "map", "values": {"type": "array", "items": fake_id() | {"size": 0}}}, "no bytes"),
    ({"type": "array", "items": {"type": "record", "name": "E", "fields": []}}, "no bytes"),
    ({"type": "record", "name": "A", "fields": [{"name": "b", "type": {"type": "record", "name": "B", "fields": [{"name": "a", "type": {"type": "array", "items": "A"}}]}}]}, "contains itself"),
    ({"type": "nothing"}, "cannot be used"),
    ({"name": "x"}, "cannot be used"),
    (7, "cannot be used"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "why"), DANGEROUS, ids=lambda v: str(v)[:40])
def test_schemas_that_are_not_read_with(schema: Any, why: str) -> None:
    """What would end the process, or is no schema, is refused before a byte is read."""
    found = judged(schema)
    assert isinstance(found, str)
    assert why in found


@pytest.mark.parametrize("schema", ["string", ["null", CALL], {"type": "array", "items": ["null"]}])
def test_schemas_that_are_read_with(schema: Any) -> None:
    """Usual schemas are fine; a choice of nothing takes a byte."""
    assert isinstance(judged(schema), Schema)


def _value(schema: Any, value: Any) -> Any:
    fields = [*FIELDS[:4], {"name": "s", "type": schema}]
    whole = CALL | {"fields": fields}
    return avro(1, whole, ROW | {"s": value}), {1: judged(whole)}


LOGICAL: list[tuple[Any, Any, Any]] = [
    ({"type": "int", "logicalType": "date"}, date(2026, 9, 14), "2026-09-14"),
    ({"type": "string", "logicalType": "uuid"}, UUID(int=1), str(UUID(int=1))),
    ({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}, Decimal("12.50"), 12.5),
    ({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 0}, Decimal(12), 12),
    ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "B", "B"),
    ("bytes", b"\0\xff", None),
    ("boolean", True, True),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "value", "text"), LOGICAL, ids=lambda v: str(v)[:30])
def test_values(tmp_path: Path, schema: Any, value: Any, text: Any) -> None:
    """Times, decimals and ids are what JSON would have said; bytes are left out."""
    ratio = {"count": "call", "good": {"value": "data.seconds", "at_least": 1}}
    source = {"format": "avro", "map": MAP | {"case": "who"}, "kafka": {"topic": "calls"}}
    plan = plan_of(tmp_path, sources={"phone": source}, ratio=ratio)
    raw, schemas = _value(schema, value)
    (item,) = decode_record(Decoder(plan, KEY), "phone", None, raw, [], schemas)
    assert isinstance(item, Event), item
    assert item.data.get("seconds") == text


@pytest.mark.parametrize(
    ("schema", "value", "why"),
    [
        ("double", float("nan"), "number"),
        ("double", float("-inf"), "number"),
        ("string", "a\0b", "text"),
        ({"type": "bytes", "logicalType": "decimal", "precision": 60}, Decimal(10**50), "number"),
        ({"type": "bytes", "logicalType": "decimal", "precision": 900}, Decimal(10**800), "number"),
        ({"type": "map", "values": "string"}, {"a\0": ""}, "text"),
    ],
    ids=str,
)
def test_bad_values(avro_decoder: Decoder, schema: Any, value: Any, why: str) -> None:
    """The rules for numbers and text are those of the other doors."""
    raw, schemas = _value(schema, value)
    (item,) = decode_record(avro_decoder, "phone", None, raw, [], schemas)
    assert isinstance(item, Rejected)
    assert item.reason.value == why


@pytest.mark.parametrize("cut", range(0, 20, 3))
def test_cut_or_too_long(avro_decoder: Decoder, cut: int) -> None:
    """A row that is cut, or goes on, or has no number in front, is turned away."""
    whole = avro(1, CALL, ROW)
    for raw in (whole[:cut], whole + b"\0" * (cut + 1), b"\1" + whole[1:]):
        (item,) = decode_record(avro_decoder, "phone", None, raw, [], {1: judged(CALL)})
        assert isinstance(item, Rejected)
        assert item.reason.value == "content"


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_any_bytes(avro_decoder: Decoder, body: bytes) -> None:
    """Any bytes under any schema give an event or a reason."""
    schemas = {1: judged(CALL), 2: judged({"type": "array", "items": "long"}), 3: "it is away"}
    for number in schemas:
        raw = struct.pack(">bI", 0, number) + body
        (item,) = decode_record(avro_decoder, "phone", None, raw, [], schemas)
        assert isinstance(item, Event | Rejected)


def test_a_megabyte_of_digits(avro_decoder: Decoder) -> None:
    """A decimal as long as a record is turned away before anybody counts with it."""
    schema = {"type": "bytes", "logicalType": "decimal", "precision": 2_000_000, "scale": 2}
    whole = CALL | {"fields": [*FIELDS[:4], {"name": "s", "type": schema}]}
    as_bytes = CALL | {"fields": [*FIELDS[:4], {"name": "s", "type": "bytes"}]}
    raw = avro(1, as_bytes, ROW | {"s": b"\x7f" * 1_000_000})
    began = time.monotonic()
    (item,) = decode_record(avro_decoder, "phone", None, raw, [], {1: judged(whole)})
    assert time.monotonic() - began < 1
    assert isinstance(item, Rejected)
    assert item.reason.value == "number"


def test_numbers_that_are_named() -> None:
    """Only what has the form of a number in front is asked for."""
    assert schema_numbers([None, b"", b"{}", b"\0\0", avro(7, "null", None)]) == {7}

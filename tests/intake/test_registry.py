"""Schemas come from a registry, once; whatever is wrong with it, no record is turned away for it."""

from collections.abc import Iterator

import pytest

from service.engine.values import Event
from service.errors import UnreachableError
from service.intake.decode import Decoder
from service.intake.record import decode_record
from service.intake.registry import ANSWER_BYTES_MAX, Registry
from service.rejected import Rejected
from tests.intake.avro import CALL, FIELDS, ROW, avro, fake_id
from tests.intake.registry import FakeRegistry, fake_registry


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    """Run a registry."""
    with fake_registry() as running:
        yield running


async def read(avro_decoder: Decoder, registry: Registry, value: bytes) -> Event | Rejected:
    """Decode one record as the intake does: schemas first."""
    await registry.prepare([value])
    (item,) = decode_record(avro_decoder, "phone", None, value, [], registry.schemas)
    return item


async def test_a_row(avro_decoder: Decoder, fake: FakeRegistry) -> None:
    """A row of Avro is the event that the same row in JSON would be; its schema is asked for once."""
    number = fake.add("calls", CALL)
    registry = Registry(fake.address)
    item = await read(avro_decoder, registry, avro(number, CALL, ROW))
    row = b'{"no":7,"at":"2026-09-14T07:00:00Z","shop":{"id":"a"},"who":"k","s":1.5}'
    assert item == avro_decoder.single(row, "phone")
    assert isinstance(item, Event)
    assert await read(avro_decoder, registry, avro(number, CALL, ROW | {"no": 8})) != item
    assert fake.asked == ["/schemas/ids/1"]
    await registry.aclose()


async def test_references(avro_decoder: Decoder, fake: FakeRegistry) -> None:
    """A schema may refer to others, which may refer to others."""
    fake.add("x.Id", {"type": "fixed", "name": "x.Id", "size": 2})
    shop = {"type": "record", "name": "x.Shop", "fields": [{"name": "id", "type": "string"}, {"name": "f", "type": "x.Id"}]}  # fmt: skip
    fake.add("x.Shop", shop, "x.Id")
    fields = [*FIELDS[:2], {"name": "shop", "type": "x.Shop"}, *FIELDS[3:]]
    number = fake.add("calls", CALL | {"fields": fields}, "x.Shop")
    inner = shop | {"fields": [shop["fields"][0], {"name": "f", "type": fake_id()}]}
    whole = CALL | {"fields": [*FIELDS[:2], {"name": "shop", "type": inner}, *FIELDS[3:]]}
    registry = Registry(fake.address)
    row = ROW | {"shop": {"id": "a", "f": b"ab"}}
    item = await read(avro_decoder, registry, avro(number, whole, row))
    assert isinstance(item, Event), item
    assert item.unit == "a"
    await registry.aclose()


async def test_an_unknown_schema(avro_decoder: Decoder, fake: FakeRegistry) -> None:
    """A number that the registry does not know turns the record away, until it does know it."""
    registry = Registry(fake.address)
    value = avro(1, CALL, ROW)
    item = await read(avro_decoder, registry, value)
    assert isinstance(item, Rejected)
    assert (item.reason.value, item.body) == ("content", value)
    assert "the registry does not know it" in item.detail
    fake.add("calls", CALL)
    assert isinstance(await read(avro_decoder, registry, value), Event)
    await registry.aclose()


@pytest.mark.parametrize(
    "broken",
    [
        (500, b"{}"),
        (503, b"down"),
        (401, b'{"error_code":401}'),
        (404, b"<html>no such page</html>"),
        (404, b'{"error_code":404,"message":"HTTP 404 Not Found"}'),
        (200, b"[]"),
        (200, b"hello"),
        (200, b'{"schema":"{}","references":[{"a":1}]}'),
        (200, b'"' + b"x" * ANSWER_BYTES_MAX + b'"'),
        (302, b"{}"),
    ],
    ids=lambda broken: str(broken)[:30],
)
async def test_a_registry_that_is_not_well(fake: FakeRegistry, broken: tuple[int, bytes]) -> None:
    """Whatever is wrong with the registry, no record is turned away for it."""
    fake.broken = broken
    registry = Registry(fake.address)
    with pytest.raises(UnreachableError):
        await registry.prepare([avro(1, CALL, ROW)])
    assert registry.schemas == {}
    await registry.aclose()


async def test_a_registry_that_is_away(avro_decoder: Decoder) -> None:
    """A registry that does not answer is asked again later; unread records raise, none is lost."""
    registry = Registry("http://127.0.0.1:1")
    with pytest.raises(UnreachableError, match="no answer"):
        await registry.prepare([avro(1, CALL, ROW)])
    with pytest.raises(KeyError):
        decode_record(avro_decoder, "phone", None, avro(1, CALL, ROW), [], registry.schemas)
    await registry.aclose()

"""One record of Kafka becomes one event or one reason, the same as over HTTP."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine.values import Event
from service.intake.binary import decode_binary
from service.intake.decode import Decoder
from service.intake.record import decode_record
from service.rejected import HEAD_BYTES, Rejected
from tests.intake.conftest import rows
from tests.intake.corpus import Bad, listed
from tests.intake.doors import GOOD, event
from tests.intake.test_any_input import VALID, quick, raw_of

STRUCTURED = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
ATTRIBUTES = {name: value for name, value in GOOD.items() if name != "data"}
BAD = listed()
Headers = Sequence[tuple[str, bytes | None]]


def binary(**changes: Any) -> Headers:
    """Return the good event's attributes as headers; None takes one out."""
    fields = {name: value for name, value in (ATTRIBUTES | changes).items() if value is not None}
    return [(f"ce_{name}", str(value).encode()) for name, value in fields.items()]


def one(decoder: Decoder, value: bytes | None, headers: Headers, source: str = "") -> Any:
    """Decode a record that must give exactly one thing."""
    (item,) = decode_record(decoder, source, b"key", value, headers)
    return item


def reason(item: Event | Rejected) -> str:
    """Return why a record was turned away."""
    assert isinstance(item, Rejected), item
    return item.reason.value


def test_three_ways_to_send_one_event(decoder: Decoder) -> None:
    """Structured, structured without a type, and binary give the event that HTTP gives."""
    (expected,) = decoder.decode(event(data={"unit": "b", "x": 1}))
    data = b'{"unit": "b", "x": 1}'
    whole = event(data={"unit": "b", "x": 1})
    assert isinstance(expected, Event)
    assert one(decoder, whole, STRUCTURED) == expected
    assert one(decoder, whole, []) == expected
    assert one(decoder, whole, [("traceparent", b"\xff"), ("empty", None)]) == expected
    assert one(decoder, data, binary()) == expected
    assert one(decoder, data, [("content-type", b"application/json"), *binary()]) == expected
    assert one(decoder, b"\xef\xbb\xbf" + whole, []) == expected


def test_attributes_without_data(decoder: Decoder) -> None:
    """An event in binary mode may have no value: a heartbeat is no tombstone."""
    assert one(decoder, None, binary()) == one(decoder, event(), [])


@pytest.mark.parametrize("headers", [[], STRUCTURED, [("x", b"y")]])
def test_tombstones(decoder: Decoder, headers: Headers) -> None:
    """A record without value and without attributes is neither event nor mistake."""
    assert decode_record(decoder, "", b"key", None, headers) == []


def test_text_is_not_decoded_twice(decoder: Decoder) -> None:
    """Header values are UTF-8 as they stand: a percent sign or a quote means itself."""
    item = one(decoder, None, [*binary(id=None), ("ce_id", 'a%20"ü"'.encode())])
    assert item.id == 'a%20"ü"'


BAD_RECORDS: list[tuple[str, bytes | None, Headers, str]] = [
    ("a batch by its type", b"[]", [("content-type", b"application/cloudevents-batch+json")], "content"),
    ("Avro by its type", b"\0", [("content-type", b"application/cloudevents+avro")], "content"),
    ("a batch by its shape", b"[" + event() + b"]", [], "json"),
    ("a batch as one event", b"[" + event() + b"]", STRUCTURED, "json"),
    ("nothing", b"", [], "json"),
    ("a header not UTF-8", None, [*binary(id=None), ("ce_id", b"\xff")], "text"),
    ("a header with NUL", None, [*binary(id=None), ("ce_id", b"a\0")], "text"),
    ("an attribute twice", None, [*binary(), ("ce_id", b"2")], "keys"),
    ("an attribute without value", None, [*binary(id=None), ("ce_id", None)], "id"),
    ("capital letters", None, [("CE_ID", b"1"), *binary(id=None)], "id"),
    ("data of another type", b"<a/>", [("content-type", b"text/xml"), *binary()], "content"),
    ("data that is no JSON", b"{", binary(), "json"),
    ("another version", None, binary(specversion="0.3"), "version"),
    ("no time", None, binary(time=None), "time"),
    ("too large", b"x" * (1024 * 1024 + 1), binary(), "size"),
    ("too large, structured", b"x" * (1024 * 1024 + 1), [], "size"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "headers", "why"), BAD_RECORDS, ids=lambda v: str(v)[:30]
)
def test_bad_records(
    decoder: Decoder, name: str, value: bytes | None, headers: Headers, why: str
) -> None:
    """Each has its reason."""
    assert reason(one(decoder, value, headers)) == why, name


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_the_list_of_bad_inputs(decoder: Decoder, bad: Bad) -> None:
    """Every bad input of the door is turned away here too, for the same reason."""
    for headers in ([], STRUCTURED):
        item = one(decoder, bad.raw, headers)
        assert reason(item) == bad.reason
        assert item.detail.isprintable()
        assert len(item.head) <= HEAD_BYTES


@settings(quick, max_examples=500)
@given(VALID)
def test_http_and_kafka_agree(decoder: Decoder, drawn: Any) -> None:
    """The same event through HTTP and through a topic, in each mode, is equal, or turned away alike."""
    raw = raw_of(drawn)
    (expected,) = decoder.decode(raw)
    found = one(decoder, raw, STRUCTURED)
    assert found == expected
    texts = {k: v for k, v in drawn.items() if isinstance(v, str) and k != "kind"}
    data = json.dumps(drawn.get("data", {})).encode()
    over_http = [(f"ce-{k}".encode(), quote(v, safe="").encode()) for k, v in texts.items()]
    over_kafka: Headers = [(f"ce_{k}", v.encode(errors="replace")) for k, v in texts.items()]
    assert one(decoder, data, over_kafka) == decode_binary(decoder, over_http, data)


@settings(quick, max_examples=500)
@given(
    st.binary(max_size=60) | st.none(),
    st.lists(
        st.tuples(st.sampled_from(["ce_id", "ce_", "content-type", "x"]), st.binary() | st.none())
    ),
    st.sampled_from(["", "crm", "phone", "nobody"]),
)
def test_anything_at_all(
    decoder: Decoder, value: bytes | None, headers: Headers, source: str
) -> None:
    """Any record gives a reason or nothing, and never an error."""
    found = decode_record(decoder, source, None, value, headers)
    assert len(found) <= 1
    for item in found:
        assert reason(item)


def test_a_topic_of_one_source(decoder: Decoder) -> None:
    """In a topic of one source an event may leave its source out, but not name another."""
    unnamed = {name: value for name, value in GOOD.items() if name != "source"}
    assert one(decoder, raw_of(unnamed), [], "crm") == one(decoder, event(), [], "crm")
    foreign = one(decoder, event(source="phone", type="call"), [], "crm")
    assert reason(foreign) == "source"
    assert "crm" in foreign.detail
    assert isinstance(one(decoder, event(source="phone", type="call"), [], ""), Event)


def test_plain_rows(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A row is read by the map of its source, whatever headers its producer adds."""
    decoder = rows(tmp_path_factory.mktemp("rows"))
    row = b'{"no": 7, "at": "2026-09-14T09:00:00Z", "shop": {"id": "a"}}'
    for headers in ([], STRUCTURED, [("ce_id", b"1")]):
        item = one(decoder, row, headers, "phone")
        assert (item.id, item.source, item.type, item.unit) == ("7", "phone", "call", "a")
    assert reason(one(decoder, b"[" + row + b"]", [], "phone")) == "json"
    assert decode_record(decoder, "phone", b"7", None, [("ce_id", b"1")]) == []

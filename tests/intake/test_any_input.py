"""Anything at all through the door: an event that the log gives back, or a reason; twice the same.

Events are drawn from a schema of what may be sent, then bent: wrong types, missing fields, huge
and odd values, depth, flipped bytes.  How many went through is printed, so that it can be quoted.
"""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.engine.values import Event
from service.intake.decode import Decoder
from service.log.codec import decode_events, encode_events
from service.rejected import HEAD_BYTES, Reason
from tests.intake.doors import GOOD

quick = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
COUNTED: Counter[str] = Counter()

TEXT = st.text(max_size=12)
ODD = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "a\x00b",
        "\u202e",
        "\u200b",
        "\ufeff",
        "��",
        "=1+1",
        "<b>",
        "\r\n",
        "\x1b[31m",
        "a" * 5000,
        "None",
        "null",
        "crm",
        "ask",
        "2026-09-14T09:00:00Z",
        "__proto__",
        "\uffff",
        "ﷺ" * 50,
    ]
)
NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from(
        [0, -1, 2**53, 2**63, 10**39, 10**40, 10**300, 1e308, float("inf"), float("nan")]
    )
)
PLAIN = st.none() | st.booleans() | NUMBERS | TEXT | ODD
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT | ODD, inner, max_size=3),
    max_leaves=6,
)
TIMES = st.datetimes(
    datetime(1971, 1, 2),  # noqa: DTZ001 - the zone is drawn beside it
    datetime(2100, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")]),
).map(lambda at: at.isoformat())
KINDS = st.sampled_from([("crm", kind) for kind in ("ask", "answer", "note")] + [("phone", "call")])


def _sent(event: Any) -> Any:
    """Give an event the source and type that were drawn together."""
    return event | {"source": event["kind"][0], "type": event["kind"][1]}


VALID = st.fixed_dictionaries(
    {
        "kind": KINDS,
        "id": st.text("abü✓ -/", min_size=1, max_size=12),
        "time": TIMES,
        "subject": st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1),
    },
    optional={
        "specversion": st.just("1.0"),
        "unit": st.sampled_from(["a", "b", "c", "elsewhere"]),
        "customer": TEXT | st.integers(),
        "via": TEXT,
        "provenance": TEXT,
        "recordedtime": TIMES,
        "data": st.dictionaries(st.sampled_from(["by", "unit", "customer", "via", "x"]), PLAIN),
        "extension": PLAIN,
    },
).map(_sent)
FIELDS = st.sampled_from([*GOOD, "data", "customer", "via", "provenance", "recordedtime", "extra"])


def raw_of(value: Any) -> bytes:
    """Return a value as a careless sender writes it: NaN, Infinity and lone surrogates included."""
    return json.dumps(value).encode()


@pytest.fixture(scope="module")
def judge(decoder: Decoder) -> Callable[[bytes], None]:
    """Return the claim as a function of bytes."""

    def claim(raw: bytes) -> None:
        found = decoder.decode(raw)
        assert decoder.decode(raw) == found
        for item in found:
            if isinstance(item, Event):
                assert decode_events(encode_events([item])) == [item]
                COUNTED["accepted"] += 1
                continue
            assert item.reason in Reason
            assert item.detail
            assert len(item.detail.splitlines()) == 1
            assert len(item.head) <= HEAD_BYTES
            COUNTED[item.reason.value] += 1

    return claim


@settings(quick, max_examples=1500)
@given(st.lists(VALID, min_size=1, max_size=3))
def test_events_of_the_schema(judge: Callable[[bytes], None], events: list[Any]) -> None:
    """What the schema allows is taken or refused, alone and in a batch."""
    judge(raw_of(events[0] if len(events) == 1 else events))


@settings(quick, max_examples=1500)
@given(VALID, FIELDS, VALUES | st.just(...))
def test_one_field_bent(judge: Callable[[bytes], None], event: Any, field: str, value: Any) -> None:
    """A field of a valid event becomes anything, or is taken out."""
    changed = event | {field: value}
    judge(raw_of({name: item for name, item in changed.items() if item is not ...}))


@settings(quick, max_examples=1000)
@given(VALID, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4))
def test_bytes_flipped(
    judge: Callable[[bytes], None], event: Any, flips: list[tuple[int, int]]
) -> None:
    """Some bytes of a valid event become others."""
    raw = bytearray(raw_of(event))
    for place, byte in flips:
        raw[place % len(raw)] = byte
    judge(bytes(raw))


@settings(quick, max_examples=1000)
@given(st.lists(VALUES, max_size=4), st.integers(0, 300), st.booleans())
def test_shapes_and_depths(
    judge: Callable[[bytes], None], values: list[Any], levels: int, in_data: bool
) -> None:
    """Any JSON, and a good event with something wrapped ever deeper inside."""
    judge(raw_of(values))
    inner = b"[" * levels + raw_of(values) + b"]" * levels
    judge(raw_of(GOOD)[:-1] + b', "data": {"x": ' + inner + b"}}" if in_data else inner)


@settings(quick, max_examples=1000)
@given(
    st.binary(max_size=200) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes(judge: Callable[[bytes], None], raw: bytes) -> None:
    """Bytes that nobody meant as an event; an array or not."""
    judge(raw)
    judge(b"[" + raw)


def test_enough_went_through() -> None:
    """At least 5,000 generated inputs were judged in this run, many of them taken."""
    print(f"generated: {COUNTED.total():,} items judged, {dict(COUNTED.most_common())}")
    if COUNTED:
        assert COUNTED.total() >= 5000
        assert COUNTED["accepted"] >= 1000

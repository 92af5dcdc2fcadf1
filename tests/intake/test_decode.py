"""The door: everything becomes an event or a reason, and nothing raises."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.engine.plan import Plan
from service.engine.values import Event
from service.intake.decode import Decoder
from service.intake.files import read_events
from service.intake.table import read_rows
from service.rejected import Rejected
from service.settings import compile_settings, load
from tests.worlds import KEY, plan_of

GOOD = {
    "specversion": "1.0",
    "source": "crm",
    "id": "1",
    "type": "ask",
    "time": "2026-09-14T09:00:00+02:00",
    "subject": "c1",
    "unit": "a",
    "customer": "someone",
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Return the plan of the small world."""
    return plan_of(tmp_path_factory.mktemp("config"))


@pytest.fixture(scope="module")
def decoder(plan: Plan) -> Decoder:
    """Return its decoder."""
    return Decoder(plan, KEY)


def one(decoder: Decoder, **changes: Any) -> Event | Rejected:
    """Decode the good event with some fields changed; None takes a field out."""
    fields = {name: value for name, value in (GOOD | changes).items() if value is not None}
    (found,) = decoder.decode(json.dumps(fields).encode())
    return found


def test_a_good_event_is_taken(decoder: Decoder) -> None:
    """Times become UTC milliseconds and the customer a pseudonym that is the same every time."""
    found = one(decoder)
    assert isinstance(found, Event)
    assert found.time == 1789369200000
    assert (found.case, found.unit, found.source) == ("c1", "a", "crm")
    assert "someone" not in repr(found)
    assert found == one(decoder)


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("version", {"specversion": "0.3"}),
        ("source", {"source": None}),
        ("source", {"source": "nobody"}),
        ("id", {"id": None}),
        ("id", {"id": 7}),
        ("type", {"type": "call"}),
        ("type", {"type": None}),
        ("time", {"time": None}),
        ("time", {"time": "2026-09-14T09:00:00"}),
        ("time", {"time": "yesterday"}),
        ("time", {"time": 5}),
        ("time", {"time": "9999-12-31T23:59:59Z"}),
        ("time", {"time": "0001-01-01T00:00:00+14:00"}),
        ("time", {"recordedtime": "soon"}),
        ("case", {"subject": None}),
    ],
)
def test_what_is_wrong_has_its_reason(
    decoder: Decoder, reason: str, changes: dict[str, Any]
) -> None:
    """Each way of being wrong is told by its own word, with the field named."""
    found = one(decoder, **changes)
    assert isinstance(found, Rejected)
    assert found.reason.value == reason
    assert found.detail


def test_the_same_fact_has_the_same_key_and_other_content_another_digest(decoder: Decoder) -> None:
    """Identity is source and id; a changed field shows in the digest alone."""
    first, second, third = one(decoder), one(decoder, unit="b"), one(decoder, id="2")
    assert isinstance(first, Event)
    assert isinstance(second, Event)
    assert isinstance(third, Event)
    assert first.key == second.key != third.key
    assert first.digest != second.digest


def test_what_is_missing_outside_is_asked_for_inside(decoder: Decoder) -> None:
    """unit, customer, via and provenance may stand in data instead."""
    found = one(decoder, unit=None, customer=None, data={"unit": "b", "customer": 12, "via": "web"})
    assert isinstance(found, Event)
    assert (found.unit, found.via) == ("b", "web")
    assert found.customer


@settings(deadline=None, max_examples=400)
@given(st.binary(max_size=300))
@example(b'{"a":NaN}')
@example(b"[" * 100_000)
@example(b'{"id":' + b"9" * 5000 + b"}")
@example(b'"\\ud800"')
@example(b"\xff\xfe")
def test_no_bytes_make_the_door_fall(decoder: Decoder, raw: bytes) -> None:
    """Any bytes give events or reasons."""
    assert all(isinstance(item, Event | Rejected) for item in decoder.decode(raw))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from([*GOOD, "data", "via", "provenance", "recordedtime"]), JSON)
def test_any_value_in_any_field_is_judged(decoder: Decoder, field: str, value: Any) -> None:
    """A good event with one field replaced by anything is taken or turned away, never an error."""
    assert isinstance(one(decoder, **{field: value}), Event | Rejected)


def test_an_array_line_is_a_batch_and_blank_lines_are_none(decoder: Decoder) -> None:
    """NDJSON may hold arrays, blank lines and a byte order mark; a bad line costs only itself."""
    good = json.dumps(GOOD).encode()
    other = json.dumps(GOOD | {"id": "2"}).encode()
    text = [
        b"\xef\xbb\xbf" + good + b"\n",
        b"\n",
        b"[" + good + b"," + other + b"]\n",
        b"{\n",
        other,
    ]
    found = list(decoder.lines(iter(text)))
    assert [isinstance(item, Event) for item in found] == [True, True, True, False, True]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_plain_rows_are_read_by_the_map(delimiter: str) -> None:
    """A CSV with a byte order mark and any usual delimiter becomes events of its source."""
    decoder = Decoder(compile_settings(load(Path("config"))).plan, KEY)
    rows = [
        ["call_uuid", "answered_at", "caller_ref", "dealer_no", "talk_s"],
        ["u-1", "2026-09-14T09:12:00+02:00", "c-17", "d001", "42"],
        ["", "2026-09-14T09:12:00+02:00", "c-17", "d001", "42"],
    ]
    text = "\ufeff" + "\n".join(delimiter.join(row) for row in rows) + "\n"
    lines = text.encode().splitlines(keepends=True)
    first, second = read_events(lines, decoder, "telephony", table=True)
    assert isinstance(first, Event)
    assert (first.id, first.type, first.unit, first.provenance) == (
        "u-1",
        "call.connected",
        "d001",
        "observed",
    )
    assert isinstance(second, Rejected)
    assert second.reason.value == "id"
    assert len(list(read_rows(lines))) == 2

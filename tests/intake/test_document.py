"""One document within limits: what has two meanings is refused, what only looks odd is not."""

import json
import time
from io import BytesIO
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from service.engine.values import Event
from service.intake.decode import Decoder
from service.intake.document import DEPTH_MAX, read
from service.intake.files import read_events
from service.intake.pieces import pieces
from service.rejected import Refusal


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a" : 1, "b"\t:2, "c"\n:\n3}',
        b'{"a": "\\"b\\":", "b": ": x", "c": "a\\\\\\" :"}',
        b'{"a": "\\\\u0000", "\\u0061b": 1}',
        b'{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]}',
        b'{"a": 1e308, "b": 1e-400, "c": -0.0, "d": 9999999999999999999999999999999999999999}',
        '{"a": "\U0001f600 \u202e \u200b", "b": "\\ud83d\\ude00"}'.encode(),
        b"[" * DEPTH_MAX + b"]" * DEPTH_MAX,
        b'"text"',
        b"null",
        b" 1 ",
    ],
)
def test_odd_but_clear(raw: bytes) -> None:
    """Blanks, escaped quotes, equal keys in different objects, the deepest that may be."""
    assert read(raw) == json.loads(raw)


def test_the_parser_has_a_floor_of_its_own() -> None:
    """Our walk relies on a parser that stops early: an upgrade that takes this away fails here."""
    with pytest.raises(ValueError, match="recursion limit"):
        from_json(b"[" * 256 + b"]" * 256)


PAIRS = st.lists(
    st.tuples(st.sampled_from(["a", 'b"', '":', " :", "ü"]), st.integers()), max_size=5
)


@given(PAIRS, st.sampled_from([":", " :", "\t: "]), st.booleans())
def test_equal_keys_are_found_however_they_are_written(
    pairs: list[tuple[str, int]], colon: str, inside: bool
) -> None:
    """An object is refused if and only if a key stands twice, also inside another."""
    text = "{" + ",".join(json.dumps(key) + colon + str(value) for key, value in pairs) + "}"
    raw = (f'{{"x": [{text}]}}' if inside else text).encode()
    if len({key for key, _ in pairs}) == len(pairs):
        read(raw)
    else:
        with pytest.raises(Refusal, match="twice"):
            read(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text('ab"\\,[]{}: ü', max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('a",]', max_size=3), inner),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=5), st.sampled_from([None, 1]))
def test_an_array_is_cut_at_its_own_commas(values: list[object], indent: int | None) -> None:
    """The pieces of an array are its values, in their order."""
    raw = json.dumps(values, indent=indent).encode()
    assert [json.loads(piece) for piece in pieces(raw)] == values


@given(st.binary(max_size=60))
def test_any_bytes_can_be_cut(raw: bytes) -> None:
    """Cutting loses nothing but commas and brackets, whatever stands behind the first bracket."""
    cut = list(pieces(b"[" + raw))
    assert sum(map(len, cut)) <= len(raw)


MIB = 1024 * 1024
HOSTILE = {
    "brackets": b"[" * 16 * MIB,
    "empty arrays": b"[" + b"[]," * 5 * MIB + b'{"a":1,"a":1}]',
    "escaped quotes": b'["' + b'\\"' * 8 * MIB + b"]",
    "quotes": b"[" + b'"",' * 5 * MIB + b'{"a":1,"a":2}]',
    "open quotes": b"[" + b'"\\' * 8 * MIB,
    "backslashes": b'["' + b"\\" * (16 * MIB - 2),
    "commas": b"[" + b"," * (16 * MIB - 1),
    "equal keys": b"{" + b",".join(b'"k%d":1' % n for n in range(80_000)) + b',"k79999":1}',
    "columns": b"a," * 8 * MIB,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_body_takes_long(decoder: Decoder, name: str) -> None:
    """Bodies of 16 MiB made to be slow are judged in seconds: nothing here is quadratic."""
    begun = time.process_time()
    found = decoder.decode(HOSTILE[name])
    assert not any(isinstance(item, Event) for item in found)
    list(islice(read_events(BytesIO(HOSTILE[name]), decoder, table=True), 100_001))
    spent = time.process_time() - begun
    print(f"hostile {name}: {len(HOSTILE[name]):,} bytes, {spent:.2f} s")
    assert spent < 10

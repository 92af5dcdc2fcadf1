"""Entries survive the trip through bytes, and bytes that are none are refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.engine.values import Event
from service.errors import DamagedError
from service.log.entry import Cut, Entry, Lost, Mark, Run, Tick, Told, decode, encode
from service.rejected import Reason, Rejected

EVENT = Event(
    2**64 - 1, 7, "crm", "r-1", "asked", 5, None, "c", "leeds", "p", "web", "observed", {"a": 1.5}
)
BAD = Rejected(Reason.TIME, "no time", "crm", b"{}", "ff", b"{}", 0)
RUN = Run("raw", "i", 3, 10, 12, [10], [11])
ENTRIES: list[Entry] = [
    Cut(9, [RUN], [EVENT], [BAD]),
    Cut(9, [RUN], [EVENT], [BAD], stamp=4),
    Tick([Mark("raw", "i", 0, 12, 900)], {"raw": 4}, {"crm": 880}),
    Lost("raw", "i", 3, 10, 90),
    Told("plan-1", {"kind": "plan", "units": {"a": [1, None, "x", 2.5, True]}}, -(2**62)),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: type(entry).__name__)
def test_an_entry_comes_back_as_it_went(entry: Entry) -> None:
    """What one process writes, another reads, to the last value."""
    assert decode(encode(entry)) == entry


@given(st.binary(max_size=60))
def test_any_other_bytes_are_refused_with_what_to_do(raw: bytes) -> None:
    """Whatever somebody else writes to the topic is an entry or a clear refusal, nothing else."""
    with suppress(DamagedError):
        assert encode(decode(raw))[:1] == raw[:1]


def test_a_cut_entry_is_refused() -> None:
    """Half an entry is no entry."""
    raw = encode(ENTRIES[0])
    for end in range(len(raw)):
        with pytest.raises(DamagedError):
            decode(raw[:end])

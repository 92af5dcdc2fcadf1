"""Every bad input of the list: its reason, no harm to its neighbours, and no way round."""

from collections import Counter

import pytest

from service.engine.values import Event
from service.intake.decode import Decoder
from service.rejected import HEAD_BYTES, Rejected
from tests.intake.corpus import MADE, Bad, listed, made
from tests.intake.doors import event

BAD = listed()
BEFORE, AFTER = event(id="before"), event(id="after")


def test_the_list_is_what_the_families_make() -> None:
    """The listed inputs are those of the code, so that neither can move alone."""
    assert MADE.read_text("ascii").splitlines() == list(made())
    assert len({bad.name for bad in BAD}) == len(BAD) >= 300
    print(f"bad inputs: {len(BAD)}, by reason {dict(Counter(bad.reason for bad in BAD))}")


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_each_has_its_reason(decoder: Decoder, bad: Bad) -> None:
    """One rejection, the expected reason, one line of detail, the bytes as they came."""
    found = decoder.decode(bad.raw)
    assert [item.reason.value for item in found if isinstance(item, Rejected)] == [bad.reason]
    (item,) = found
    assert isinstance(item, Rejected)
    assert item.detail.isprintable()
    assert 0 < len(item.detail) <= 300
    assert len(item.head) <= HEAD_BYTES


def ids(found: list[Event | Rejected]) -> list[str]:
    """Return the ids of the events that were taken."""
    return [item.id for item in found if isinstance(item, Event)]


def test_neighbours_in_lines(decoder: Decoder) -> None:
    """Among lines, a bad one costs only itself; one that holds line ends is several bad lines."""
    for bad in BAD:
        body = b"\n".join([BEFORE, bad.raw, AFTER])
        found = list(decoder.lines(body.split(b"\n")))
        assert ids(found) == ["before", "after"], bad.name
    print(f"neighbours in lines survived {len(BAD)} bad inputs")


def test_neighbours_in_an_array(decoder: Decoder) -> None:
    """In an array they survive whatever closes its own texts and brackets; the one before always.

    Behind a text or bracket that stays open nobody can say where the next event begins.
    """
    both = 0
    for bad in BAD:
        found = decoder.decode(b"[" + b",".join([BEFORE, bad.raw, AFTER]) + b"]")
        assert ids(found)[0] == "before", bad.name
        assert any(isinstance(item, Rejected) for item in found), bad.name
        both += ids(found) == ["before", "after"]
        if bad.reason not in ("json", "text"):
            assert ids(found) == ["before", "after"], bad.name
    print(f"neighbours in an array: the one before survived {len(BAD)}, both survived {both}")
    assert both >= 300

"""Stored facts about customers are read with care: what feeds send is not always money or text."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from service.report.lives import Did
from service.settings import load
from service.store.told import ToldRow
from service.weekly.customers import AMOUNT_MAX, deeds_of

CUSTOMERS = load(Path("config")).configuration.customers
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=5),
    st.floats(allow_nan=False),
    st.integers(),
    st.lists(st.none()),
)


def row(kind: str, **data: object) -> ToldRow:
    """Return a stored fact."""
    return ToldRow(kind, 5, 6, None, "e1", "", "k", "", data)


@given(ODD, ODD)
def test_nothing_odd_stops_a_page(worth: object, reason: object) -> None:
    """Whatever stands in a field, a fact is a deed; what is no amount of money is worth nothing."""
    assert CUSTOMERS is not None
    (deed,) = deeds_of([row("customer.lost", yearly=worth, reason=reason)], CUSTOMERS)
    assert deed.did is Did.LEFT
    assert isinstance(deed.value, int)
    assert abs(deed.value) <= AMOUNT_MAX * 100
    assert isinstance(deed.word, str)


def test_one_fact_may_say_two_things() -> None:
    """A sold car shows that somebody is there; an acquired customer joined."""
    assert CUSTOMERS is not None
    rows = [row("customer.acquired", yearly=12.5, segment="families"), row("car.sold")]
    assert [(deed.did, deed.value, deed.segment) for deed in deeds_of(rows, CUSTOMERS)] == [
        (Did.JOINED, 1250, "families"),
        (Did.ACTIVE, 0, ""),
    ]

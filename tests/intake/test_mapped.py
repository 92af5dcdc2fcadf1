"""What a map makes of a row, beside the plain words of its rule; times in numbers, beside decimals."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.engine.plan import Source
from service.intake.mapped import at, mapper, plain
from service.intake.times import reading
from service.rejected import Refusal

VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "x", "1"])
NAMES = st.sampled_from(["a", "b", "a.b", "data.c", "c", "b.a.c"])
ROWS = st.recursive(
    VALUES | st.lists(VALUES, max_size=1),
    lambda more: st.dictionaries(NAMES | st.just("source"), more, max_size=4),
)
TARGETS = st.sampled_from(["id", "time", "case", "recorded", "unit", "data.id", "data.x", "data."])


def as_the_rule_says(row: Mapping[str, object], name: str, source: Source) -> Mapping[str, object]:
    """Return the event of a row, slowly: constants win, what is empty is missing."""
    if not source.map and not source.constants:
        return row if "source" in row else {"source": name, **row}
    event: dict[str, object] = {"source": name}
    data: dict[str, object] = {}
    found = {t: at(row, path) for t, path in source.map.items()} | dict(source.constants)
    for target, item in found.items():
        if item is None or item == "":
            continue
        if target.startswith("data."):
            data[target[5:]] = item
        else:
            field = {"case": "subject", "recorded": "recordedtime"}.get(target, target)
            event[field] = plain(item) if target == "id" else item
    return {**event, "data": data}


@given(
    st.dictionaries(NAMES | st.just("source"), ROWS, max_size=4),
    st.dictionaries(TARGETS, NAMES, max_size=5),
    st.dictionaries(TARGETS, VALUES, max_size=2),
)
def test_a_map_does_what_its_rule_says(
    row: dict[str, object], fields: dict[str, str], constants: dict[str, object]
) -> None:
    """Looked up once for a plan or anew for each row: the same event."""
    source = Source(0, 0, map=fields, constants=constants)
    assert shown(mapper("s", source)(row)) == shown(as_the_rule_says(row, "s", source))


def shown(value: object) -> str:
    """Return a value as text: what is not a number equals itself there, and order is no matter."""
    if isinstance(value, dict):
        return repr(sorted((name, shown(item)) for name, item in value.items()))
    return repr(value)


@pytest.mark.parametrize("unit", ["s", "ms"])
@given(st.integers() | st.integers(-(10**14), 10**14))
@example(10**18)
@example(10**18 - 1)
@example(-(10**18))
def test_a_whole_number_is_read_as_its_decimal(unit: str, number: int) -> None:
    """A number and the same number as text, which is read exactly, are one instant or one refusal."""
    read = reading(Source(0, 0, epoch="s" if unit == "s" else "ms"), {})
    try:
        found: object = read(number, "time")
    except Refusal as refused:
        found = refused.reason
    try:
        wanted: object = read(str(number), "time")
    except Refusal as refused:
        wanted = refused.reason
    assert found == wanted
    if isinstance(found, int):
        exact = Decimal(number) * (1000 if unit == "s" else 1)
        assert found == exact.to_integral_value(ROUND_HALF_EVEN)

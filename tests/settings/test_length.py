"""Lengths and shares are read exactly, and written back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.engine.bound import late_share_exceeds
from service.engine.plan import Span
from service.settings.length import parse_share, parse_span, share_text, span_text
from service.settings.requirement import least_late

SPANS = st.one_of(
    st.builds(Span, st.just("open_days"), st.integers(1, 9999)),
    st.builds(
        Span, st.sampled_from(["elapsed", "open"]), st.integers(1, 99_999).map(lambda s: s * 1000)
    ),
)
Z = 2.3263


@given(SPANS)
def test_span_round_trip(span: Span) -> None:
    """A span written as text is read as the same span."""
    assert parse_span(span_text(span)) == span


@given(st.integers(0, 10_000))
def test_share_round_trip(share: int) -> None:
    """A share written as text is read as the same share."""
    assert parse_share(share_text(share)) == share


@pytest.mark.parametrize("text", ["", "1", "1 h", "1.5h", "1h30m", "2d open", "0m", "-1h", 5, None])
def test_no_length(text: object) -> None:
    """What could be misread as a length is refused."""
    with pytest.raises(ValueError, match="write"):
        parse_span(text)


@pytest.mark.parametrize("text", ["90", "101%", "0.9", "90.123%", 90, None])
def test_no_share(text: object) -> None:
    """What could be misread as a share is refused."""
    with pytest.raises(ValueError, match="share"):
        parse_share(text)


@given(st.integers(1, 500), st.data())
def test_bound_agrees_with_wilson(cases: int, data: st.DataObject) -> None:
    """The whole-number comparison is Wilson's bound wherever floats can tell."""
    late = data.draw(st.integers(0, cases))
    allowance = data.draw(st.integers(1, 9_999))
    share, allowed = late / cases, allowance / 10_000
    centre = share + Z * Z / (2 * cases)
    margin = Z * (share * (1 - share) / cases + Z * Z / (4 * cases * cases)) ** 0.5
    bound = (centre - margin) / (1 + Z * Z / cases)
    if abs(bound - allowed) > 1e-9:
        assert late_share_exceeds(late, cases, allowance) == (bound > allowed)


@given(st.integers(1, 300), st.integers(0, 10_000))
def test_least_late_is_least(cases: int, allowance: int) -> None:
    """One case fewer than the least number of late ones does not fire."""
    least = least_late(cases, allowance)
    if least is None:
        assert not late_share_exceeds(cases, cases, allowance)
    else:
        assert late_share_exceeds(least, cases, allowance)
        assert least == 1 or not late_share_exceeds(least - 1, cases, allowance)

"""Survey drops: windows of experience, tested against what was lived before, visible when known."""

from math import sqrt
from statistics import mean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.report.answer import Answer, Lag, lag_of, quantile
from service.report.drop import Sums, drops_in, is_below, judged_windows
from tests.report.surveyed import DAY_MS, OVER_MS, answers

scores = st.lists(st.integers(1, 10).map(float), min_size=2, max_size=60)


def sums(values: list[float]) -> Sums:
    """Return the sums of scores."""
    return Sums(len(values), sum(values), sum(value * value for value in values))


def test_lag() -> None:
    """The lag counts from the experience to the instant at which the answer can be used."""
    given_after = [3, 1, 10, 2]
    found = [Answer("t", "a", "r", 5 * DAY_MS, (5 + day) * DAY_MS, 7) for day in given_after]
    assert lag_of(found) == Lag(2 * DAY_MS, 10 * DAY_MS)
    assert lag_of([]) is None


@given(st.lists(st.integers(-50, 50), min_size=1), st.integers(1, 100))
def test_quantile(values: list[int], percent: int) -> None:
    """A quantile is one of the values, and so many percent of them do not exceed it."""
    ordered = sorted(values)
    found = quantile(ordered, percent)
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)


@given(scores, scores)
def test_sums_are_the_textbook(some: list[float], others: list[float]) -> None:
    """Running sums give the mean and the error of the mean that the textbook gives."""
    found = sums(some)
    assert found.mean == pytest.approx(mean(some))
    assert sqrt(found.error) == pytest.approx(sqrt(variance(some) / len(some)), abs=1e-6)
    assert not (is_below(sums(some), sums(others)) and is_below(sums(others), sums(some)))


def test_a_drop_is_found_and_visible_when_enough_answers_came() -> None:
    """After eight weeks of 8 and 9 a month of 4 and 5 is one drop; it shows with the 30th answer."""
    found = answers("a", days=56, score=8) + answers("a", first=56, days=28, score=4)
    [drop] = drops_in(judged_windows(found, OVER_MS, 30))
    assert (drop.per, drop.scope, drop.region) == ("unit", "a", "north")
    assert drop.begin <= 56 * DAY_MS < drop.end
    bad = sorted(one.known_at for one in found if one.experienced_at >= 56 * DAY_MS)
    assert bad[0] < drop.visible_at <= bad[29]


def test_no_drop_without_a_fall() -> None:
    """What stays as it was is judged, and shows no drop."""
    windows = judged_windows(answers("a", days=112, score=8), OVER_MS, 30)
    assert len(windows) > 4
    assert drops_in(windows) == []


def test_a_rise_is_no_drop() -> None:
    """Only a fall counts."""
    found = answers("a", days=56, score=4) + answers("a", first=56, days=56, score=9)
    assert drops_in(judged_windows(found, OVER_MS, 30)) == []


def test_too_few_answers_are_judged_with_the_region() -> None:
    """Three units with 14 answers a window are judged as their region, which has 42."""
    found = [
        answer
        for unit in ("a", "b", "c")
        for answer in answers(unit, days=56, every=2, score=8)
        + answers(unit, first=56, days=28, every=2, score=4)
    ]
    windows = judged_windows(found, OVER_MS, 30)
    assert {(window.per, window.scope) for window in windows} == {("region", "north")}
    [drop] = drops_in(windows)
    assert (drop.per, drop.scope) == ("region", "north")


def test_far_too_few_are_judged_as_the_company() -> None:
    """Where no region has enough, the company is judged; where it has not either, nothing is."""
    few = [
        answer
        for unit, region in (("a", "north"), ("b", "south"), ("c", "west"))
        for answer in answers(unit, region=region, days=84, every=2, score=8)
    ]
    assert {window.per for window in judged_windows(few, OVER_MS, 30)} == {"company"}
    assert judged_windows(answers("a", days=84, every=4, score=8), OVER_MS, 30) == []


def test_units_that_can_speak_alone_leave_the_pool() -> None:
    """A unit with enough answers is judged alone, and does not speak for its region too."""
    found = answers("a", days=84, score=8) + answers("b", days=84, every=4, score=8)
    windows = judged_windows(found, OVER_MS, 30)
    settled = [window for window in windows if window.begin >= 28 * DAY_MS]
    assert {(window.per, window.scope) for window in settled} == {("unit", "a")}


@given(st.integers(0, 2**32 - 1))
def test_arrival_order_does_not_matter(seed: int) -> None:
    """The same answers in any order give the same drops."""
    found = answers("a", days=56, score=8) + answers("a", first=56, days=28, score=4)
    mixed = sorted(found, key=lambda one: hash((seed, one.experienced_at, one.score)))
    assert judged_windows(mixed, OVER_MS, 30) == judged_windows(found, OVER_MS, 30)

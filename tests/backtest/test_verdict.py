"""Alarms against labels: due, false, found, missed, and what cannot be said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.backtest.comparison import compare
from service.backtest.delay import delay_of
from service.backtest.rate import middle, rate
from service.backtest.resampling import resample
from service.backtest.rival import at_random, finished, ratio
from service.backtest.verdict import Fate, judge
from service.backtest.warning import exposures, warnings_of
from service.backtest.world import Passages
from service.detection.interval import garwood
from service.report.scorecard import Share
from tests.backtest.hand_made import DAY_MS, DAYS, HOUR_MS, alarm, around, label, passages, world


def test_published_interval() -> None:
    """Garwood's 95 % interval of five is the published one, and after none it does not say never."""
    assert garwood(5) == pytest.approx((1.623486, 11.668332), abs=1e-6)
    assert garwood(0) == pytest.approx((0.0, 3.688879), abs=1e-6)


@given(st.integers(0, 500))
def test_intervals_hold_the_count(count: int) -> None:
    """The interval of a count holds it, and both ends grow with it."""
    low, high = garwood(count)
    assert low <= count <= high
    assert garwood(count + 1) > (low, high)


def test_no_exposure_no_rate() -> None:
    """Where nothing was watched there is no rate, instead of a nought."""
    assert rate(0, 0.0).each is None
    assert middle([]) is None


def test_found() -> None:
    """A trouble is found by the first alarm of its own unit, so many days and cases after it began."""
    verdict = judge([alarm(34), alarm(40), alarm(31, scope="b")], [label(30, 50)], world(a=30))
    [finding] = verdict.findings
    assert finding.fate is Fate.FOUND
    assert (finding.delay_ms, finding.cases, finding.late) == (4 * DAY_MS, 8, 8)
    assert (len(verdict.due), len(verdict.false)) == (2, 1)


def test_missed() -> None:
    """What nobody saw is missed, and counts whom it let down to its end."""
    [finding] = judge([], [label(30, 50)], world(a=30)).findings
    assert (finding.fate, finding.alarm, finding.delay_ms) == (Fate.MISSED, None, None)
    assert finding.late == 40


def test_aftermath() -> None:
    """An alarm within a week after the end belongs to the trouble, one later is false."""
    assert judge([alarm(57)], [label(30, 50)], world()).false == ()
    assert len(judge([alarm(57.1)], [label(30, 50)], world()).false) == 1


def test_an_alarm_that_stood_before() -> None:
    """An alarm before the change is false, and the trouble is left out of delays."""
    verdict = judge([alarm(20, 40)], [label(30, 50)], world())
    assert [finding.fate for finding in verdict.findings] == [Fate.STANDING]
    assert len(verdict.false) == 1
    delay = delay_of(verdict.findings)
    assert (delay.found, delay.standing, delay.restricted_mean_days) == (Share(0, 0), 1, None)


def test_a_region_alarm_while_a_unit_is_in_trouble() -> None:
    """It is neither found nor false; elsewhere it is false."""
    verdict = judge([alarm(35, scope="north", per="region")], [label(30, 50)], world())
    assert verdict.false == ()
    assert verdict.findings[0].fate is Fate.MISSED
    assert len(judge([alarm(35, scope="south", per="region")], [label(30, 50)], world()).false) == 1


def test_a_region_in_trouble_explains_its_units() -> None:
    """A unit's alarm is not false while its region is in trouble, but the region's is what finds it."""
    whole = label(30, 50, "north", "region")
    assert judge([alarm(35, scope="b")], [whole], world()).false == ()
    assert judge([alarm(35, scope="b")], [whole], world()).findings[0].fate is Fate.MISSED
    found = judge([alarm(36, scope="north", per="region")], [whole], world()).findings[0]
    assert found.delay_ms == 6 * DAY_MS


def test_benign() -> None:
    """An alarm at a benign change is unwanted: it is false, and counted apart too."""
    verdict = judge([alarm(35)], [label(30, 50, kind="benign")], world())
    assert verdict.findings == ()
    assert verdict.false == verdict.benign == (alarm(35),)


def test_delays() -> None:
    """Quantiles are over what was found; the restricted mean counts the unseen with 26 weeks."""
    labels = [label(10, 20), label(10, 20, "b"), label(10, 20, "c")]
    delay = delay_of(judge([alarm(12), alarm(20, scope="b")], labels, world()).findings)
    assert delay.found == Share(2, 3)
    assert (delay.median_days, delay.p90_days) == (2, 10)
    assert delay.restricted_mean_days == pytest.approx((2 + 10 + 182) / 3)
    assert delay.within == {7: Share(1, 3), 28: Share(2, 3), 56: Share(2, 3)}


def test_labelled_time_is_no_exposure() -> None:
    """A unit in trouble, and the week after it, are not watched for false warnings."""
    found = exposures([label(10, 20), label(15, 30)], world())
    assert found["t", "a"] == (DAYS - 27) * DAY_MS
    assert found["t", "b"] == DAYS * DAY_MS


@given(st.lists(st.tuples(st.floats(0, 99), st.floats(0.1, 40)), max_size=6))
def test_exposure_is_never_negative(spans: list[tuple[float, float]]) -> None:
    """Labels that overlap, or leave the time that is scored, take each day away once."""
    labels = [label(begin, begin + length) for begin, length in spans]
    assert 0 <= exposures(labels, world())["t", "a"] <= DAYS * DAY_MS


def test_rates() -> None:
    """Two false alarms on three units in a hundred days."""
    found = warnings_of([alarm(10), alarm(20)], [], world())
    assert found.per_unit_year.each == pytest.approx(2 / (300 / 365.25))
    assert found.per_1000_unit_weeks.each == pytest.approx(2000 / (300 / 7))
    assert found.unit_median == 0
    assert found.unit_p95 == pytest.approx(2 / (100 / 365.25))
    assert sum(found.weekdays.values()) == 2


def test_the_ratio_sees_a_stall_and_closed_cases_do_not() -> None:
    """Whoever counts overdue cases finds a freeze; whoever counts answers never does."""
    frozen = around({("t", "a"): passages(50, answers=False)})
    assert [found.at // DAY_MS for found in ratio(frozen)] == [56]
    assert finished(frozen) == []
    slow = around({("t", "a"): passages(50)})
    assert [found.at // DAY_MS for found in finished(slow)] == [56]


def test_five_cases_are_the_least() -> None:
    """Four late cases of four are not enough for the naive threshold."""
    all_of_them = passages(0)
    cut = Passages(*(column[:4] for column in all_of_them))  # type: ignore[arg-type]
    assert ratio(around({("t", "a"): cut})) == []


def test_random_alarms_have_chance_recall() -> None:
    """At an equal rate, random alarms find what the share of labelled time lets them find."""
    labels = [label(10 * place, 10 * place + 3, "a") for place in range(1, 9)]
    ours = [alarm(10 * place + 1, 10 * place + 2) for place in range(1, 9)]
    row = compare(ours, labels, world(), (), (), seed=1)[1]
    # 8 alarms on 300 unit-days: at least one in the ten days that count with probability 0.239.
    expected = 1 - (1 - 10 / 300) ** 8
    assert row.alarms == 8
    assert row.recall is not None
    assert abs(row.recall / 10_000 - expected) < 0.08


def test_random_alarms_are_seeded() -> None:
    """The same seed draws the same alarms."""
    ours = [alarm(10), alarm(20, 21)]
    draws = [at_random(ours, world(), np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]
    assert all(0 <= found.at < found.until <= DAYS * DAY_MS for found in draws[0])


def test_intervals_by_unit() -> None:
    """The interval of the rate holds the rate, and is the same for the same seed."""
    labels = [label(10, 20), label(10, 20, "b")]
    verdict = judge([alarm(12), alarm(60, scope="c")], labels, world())
    first, again = (resample(verdict.false, verdict.findings, labels, world(), 1) for _ in range(2))
    assert first == again
    assert first.recall is not None
    assert first.recall.low <= 0.5 <= first.recall.high
    assert first.per_unit_year is not None
    assert first.per_unit_year.low < 1 / (266 / 365.25) < first.per_unit_year.high


def test_what_a_passage_counts() -> None:
    """A case counts as late from its due instant on, not from its answer."""
    mine = passages(50)
    assert mine.late_between(50 * DAY_MS, 51 * DAY_MS) == 2
    assert mine.late_between(50 * DAY_MS, 50 * DAY_MS + HOUR_MS) == 0
    assert mine.started_between(0, DAY_MS) == 2

"""Priors, intervals, clumps and risks: what holds for any counts, and what others compute."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from service.detection.dispersion import Clumps, clumps_of, dispersion, volume_class
from service.detection.interval import beta_below, garwood, wilson
from service.detection.life import kaplan_meier
from service.detection.prior import Beta, beta_prior, gamma_prior
from service.detection.risk import Episode, Losses, Risk, Value, _excess, risk

counts = st.integers(1, 400).flatmap(lambda cases: st.tuples(st.integers(0, cases), st.just(cases)))
many = st.lists(counts, min_size=1, max_size=12)

LOSSES = Losses(late_lost=9, late=40, kept_lost=30, kept=400)
VALUE = Value(1200.0, 60.0)
USUAL = Beta(10.0, 90.0)
EPISODE = Episode(late=12, cases=30, open_late=(0.9, 0.4, 0.2))


@given(many)
def test_a_prior_is_neither_blind_nor_stubborn(units: list[tuple[int, int]]) -> None:
    """Its strength is between 5 and 500 cases, and its mean strictly between 0 and 1."""
    prior = beta_prior(units)
    assert 5 - 1e-9 <= prior.a + prior.b <= 500 + 1e-9
    assert 0 < prior.mean() < 1


@given(many, counts)
def test_a_posterior_lies_between(units: list[tuple[int, int]], one: tuple[int, int]) -> None:
    """What is believed of a unit lies between its own share and that of the others."""
    prior = beta_prior(units)
    ends = sorted((prior.mean(), one[0] / one[1]))
    believed = prior.seen(*one)
    assert ends[0] - 1e-9 <= believed.mean() <= ends[1] + 1e-9
    assert believed.deviation() == pytest.approx(stats.beta(*believed).std())
    assert believed.cautious() > believed.mean()


def test_alike_units_share_everything() -> None:
    """Units with the same share give the strongest prior, wildly different ones the weakest."""
    assert sum(beta_prior([(10, 100)] * 8)) == pytest.approx(500)
    assert sum(beta_prior([(0, 100), (100, 100)] * 4)) == pytest.approx(5)


def test_two_units_are_no_crowd() -> None:
    """Two units alike cannot show that units are alike: their prior has the least strength."""
    assert sum(beta_prior([(10, 100), (10, 100), (0, 0)])) == pytest.approx(5)


def test_volumes_that_are_alike_are_shared() -> None:
    """Where volumes differ as chance would have it a new unit is expected to be like the others."""
    alike = gamma_prior([(260, 26), (250, 26), (270, 26), (262, 26)])
    assert alike.weeks == 52
    assert alike.mean() == pytest.approx(1042 / 104)
    apart = gamma_prior([(26, 26), (260, 26), (2600, 26)])
    assert apart.weeks < 1
    assert apart.seen(26, 26).mean() == pytest.approx(1, rel=0.35)
    assert gamma_prior([(0, 26)]).mean() == 0


@given(counts)
def test_intervals_hold_their_estimate(one: tuple[int, int]) -> None:
    """An interval contains what it is an interval of, and scipy computes the same ones."""
    low, high = wilson(*one)
    assert 0 <= low <= one[0] / one[1] <= high <= 1
    theirs = stats.binomtest(*one).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    low, high = garwood(one[0])
    assert low <= one[0] <= high
    assert stats.poisson.sf(one[0] - 1, low) == pytest.approx(0.025 if one[0] else 1)
    assert stats.poisson.cdf(one[0], high) == pytest.approx(0.025)


@given(counts, st.floats(0.05, 0.95))
def test_probability_below_an_objective(one: tuple[int, int], objective: float) -> None:
    """It is that of the Beta distribution, and a higher objective is harder to keep."""
    kept, cases = one
    below = beta_below(kept, cases, objective)
    assert below == pytest.approx(stats.beta.cdf(objective, kept + 0.5, cases - kept + 0.5))
    assert below <= beta_below(kept, cases, objective + 0.01)


def test_nothing_known_is_said_as_such() -> None:
    """Without a case the share may be anything."""
    assert wilson(0, 0) == (0, 1)


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=40))
def test_kaplan_meier_agrees_with_scipy(seen: list[tuple[int, bool]]) -> None:
    """The product limit is the one of scipy, wherever a case ended."""
    times, ended = zip(*seen, strict=True)
    data = stats.CensoredData(
        uncensored=[time for time, end in seen if end],
        right=[time for time, end in seen if not end],
    )
    theirs = stats.ecdf(data).sf.evaluate
    for time, share in kaplan_meier(times, ended):
        assert share == pytest.approx(float(theirs(time)))


def days(draw: np.random.Generator, spread: float) -> list[tuple[int, int]]:
    """Return 2000 days of five cases, whose late odds differ from day to day."""
    odds = np.exp(draw.normal(0, spread, 2000)) / 9
    return [(5, int(draw.binomial(5, one / (1 + one)))) for one in odds]


def test_days_that_hang_together() -> None:
    """Independent cases have a dispersion near 1, days that are bad for all a higher one."""
    even, bad = (days(np.random.default_rng(3), spread) for spread in (0.0, 1.2))
    pooled = [
        dispersion([clumps_of(seen, sum(late for _, late in seen) / 10_000)])
        for seen in (even, bad)
    ]
    assert 1 <= pooled[0] < 1.07
    assert 1.3 < pooled[1] < 2.2


def test_a_day_with_one_case_shows_no_clump() -> None:
    """The excess counts only for the share of cases that had company."""
    together = clumps_of([(2, 2), (2, 2), (2, 0), (2, 0)] * 100, 0.5)
    mixed = together.joined(clumps_of([(1, 1), (1, 1), (1, 0), (1, 0)] * 200, 0.5))
    assert dispersion([mixed]) - 1 == pytest.approx((dispersion([together]) - 1) / 2, rel=0.01)


def test_a_clump_may_spread_over_two_days() -> None:
    """Bad days in pairs count for more than as many that stand apart, as both are one clump."""
    apart = clumps_of([(6, 4), (6, 0), (6, 0), (6, 0)] * 100, 1 / 6)
    paired = clumps_of([(6, 4), (6, 4), *[(6, 0)] * 6] * 50, 1 / 6)
    assert dispersion([paired]) > dispersion([apart]) + 1


def test_too_few_days_ask_a_wider_pool() -> None:
    """A pool with few days is passed over, and without any pool nothing is divided."""
    few, wide = Clumps(50, 10, 20, 20), Clumps(800, 400, 900, 900)
    assert dispersion([few, wide]) == 2
    assert dispersion([few]) == 1


def test_classes_of_volume() -> None:
    """The three volumes of the study are three classes."""
    assert [volume_class(week) for week in (3, 12, 50)] == [0, 1, 2]


def drawn(episode: Episode) -> tuple[float, float]:
    """Return mean and deviation of the cost over many draws."""
    draw, size = np.random.default_rng(11), 400_000
    excess = np.maximum(episode.late - episode.cases * draw.beta(*USUAL, size), 0)
    uplift = draw.beta(9.5, 31.5, size) - draw.beta(30.5, 370.5, size)
    cost = (excess + sum(episode.open_late)) * uplift * draw.normal(1200, 60, size)
    return float(cost.mean()), float(cost.std())


@pytest.mark.parametrize("episode", [EPISODE, Episode(3, 30), Episode(0, 0, (0.5,)), Episode(4, 4)])
def test_closed_form_is_what_draws_give(episode: Episode) -> None:
    """Mean and deviation agree with 400 000 draws, also where the excess is cut at none."""
    seen = risk(episode, USUAL, LOSSES, VALUE, seed=1)
    mean, deviation = drawn(episode)
    assert seen.mean == pytest.approx(mean, rel=0.01)
    assert seen.deviation == pytest.approx(deviation, rel=0.01)
    assert 0 <= seen.low <= seen.mean <= seen.high


def test_excess_without_a_cut_is_the_plain_difference() -> None:
    """Far above the usual number the excess is what is late beyond it, with the share's doubt."""
    mean, variance = _excess(Episode(25, 30), USUAL)
    assert mean == pytest.approx(25 - 30 * 0.1)
    assert variance == pytest.approx((30 * USUAL.deviation()) ** 2)


def test_the_same_seed_shows_the_same_figure() -> None:
    """An episode costs the same whoever asks, and another seed moves only the interval."""
    first, again, other = (risk(EPISODE, USUAL, LOSSES, VALUE, seed) for seed in (1, 1, 2))
    assert first == again
    assert (first.mean, first.deviation) == (other.mean, other.deviation)
    assert first.high != other.high


def test_it_may_cost_nothing() -> None:
    """Where lateness lost nobody more, the lower end is 0 and the doubt is said."""
    seen: Risk = risk(EPISODE, USUAL, Losses(1, 12, 33, 400), VALUE, seed=1)
    assert seen.low == 0
    assert seen.nothing > 0.3
    assert risk(EPISODE, USUAL, LOSSES, VALUE, seed=1).nothing < 0.05

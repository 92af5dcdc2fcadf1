"""What run lengths, scores and limits promise whatever they are given."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.detection.limit import LEVELS, limit_for, rounded_share
from service.detection.points import arl_points
from service.detection.run_length import arl_levels, arl_paths
from service.detection.scores import Scores, checkpoint_scores, late_share, worse

shares = st.floats(0.02, 0.9)
stays = st.tuples(shares, shares, shares)
odds = st.floats(1.3, 6)


def reached(stay: tuple[float, ...], scores: Scores, limit: float, streams: int) -> float:
    """Return how many cases it took on average, drawn, until the statistic reached the limit."""
    draw = np.random.default_rng(7)
    statistic, cases = np.zeros(streams), np.zeros(streams)
    while len(left := np.flatnonzero(statistic < limit)):
        cases[left] += 1
        still = left
        for share, survive, answer in zip(stay, scores.survive, scores.answer, strict=True):
            stays_open = draw.random(len(still)) < share
            answered, still = still[~stays_open], still[stays_open]
            statistic[answered] = np.maximum(statistic[answered] + answer, 0)
            statistic[still] += survive
            still = still[statistic[still] < limit]
    return float(cases.mean())


@given(stay=stays, promised=st.integers(1, 3), rise=odds)
def test_signs_of_scores(stay: tuple[float, ...], promised: int, rise: float) -> None:
    """Being open always adds and an answer always takes away, and both are finite."""
    theta, survive, answer = checkpoint_scores(stay, promised, rise)
    assert 0 < theta < 1
    assert all(0 < score < math.inf for score in survive)
    assert all(-math.inf < score < 0 for score in answer)


@given(stay=stays, promised=st.integers(1, 3), rise=odds)
def test_scores_are_a_likelihood_ratio(stay: tuple[float, ...], promised: int, rise: float) -> None:
    """The mean of e to the score is 1 while all is usual, and the late share rises as asked."""
    theta, survive, answer = checkpoint_scores(stay, promised, rise)
    for share, up, down in zip(stay, survive, answer, strict=True):
        assert share * math.exp(up) + (1 - share) * math.exp(down) == pytest.approx(1)
    usual = late_share(stay, promised)
    assert usual**theta == pytest.approx(worse(usual, rise))


@pytest.mark.parametrize("rise", [1.0, 0.5])
def test_only_a_rise_is_looked_for(rise: float) -> None:
    """Odds that do not rise are refused."""
    with pytest.raises(ValueError, match="only a rise"):
        checkpoint_scores((0.2, 0.5), 1, rise)


@pytest.mark.parametrize("promised", [0, 3])
def test_a_checkpoint_up_to_the_promise_is_needed(promised: int) -> None:
    """A late share needs a checkpoint at or before the promise."""
    with pytest.raises(ValueError, match="one is needed"):
        late_share((0.2, 0.5), promised)


@given(late=st.integers(1, 8), limit=st.integers(1, 40), late_of_20=st.integers(1, 12))
def test_points_solve_their_equations(late: int, limit: int, late_of_20: int) -> None:
    """The one pass gives what the system of all levels gives."""
    system = np.eye(limit)
    share = Fraction(late_of_20, 20)
    exact, chance = arl_points(late, limit, share), float(share)
    # Beyond this, what is solved in floating point is worth nothing.
    assume(exact < 10**6)
    for level in range(limit):
        system[level, max(level - 1, 0)] -= 1 - chance
        if level + late < limit:
            system[level, level + late] -= chance
    solved = np.linalg.solve(system, np.ones(limit))[0]
    assert float(exact) == pytest.approx(solved, rel=1e-6)
    assert arl_points(late, limit, chance) == pytest.approx(solved, rel=1e-6)


def test_points_refuse_nonsense() -> None:
    """A share of 1 and a limit of 0 have no run length."""
    for late, limit, share in ((5, 20, 1.0), (5, 0, 0.1), (0, 20, 0.1)):
        with pytest.raises(ValueError, match="begin at 1"):
            arl_points(late, limit, share)


def test_one_checkpoint_is_the_points() -> None:
    """With one checkpoint and whole scores the chain and the points are the same detector."""
    chain = arl_levels((0.1,), Scores(0, (5.0,), (-1.0,)), 1.0, 20)
    assert chain == pytest.approx(arl_points(5, 20, 0.1))


@settings(deadline=None, max_examples=40)
@given(stay=stays, rise=odds, level=st.integers(1, 200))
def test_a_higher_limit_is_reached_later(stay: tuple[float, ...], rise: float, level: int) -> None:
    """With levels of one height a run length never falls when the limit rises."""
    scores = checkpoint_scores(stay, 2, rise)
    low, high = (arl_levels(stay, scores, 1 / 64, one) for one in (level, level + 1))
    assert 1 <= low <= high * (1 + 1e-9)


@settings(deadline=None, max_examples=60)
@given(stay=stays, rise=odds, cases=st.floats(2, 20_000), by=st.floats(1, 4))
def test_who_accepts_more_gets_no_higher_limit(
    stay: tuple[float, ...], rise: float, cases: float, by: float
) -> None:
    """Accepting more false warnings never raises the limit, and the guarantee is never below it."""
    strict, loose = (limit_for(stay, 2, rise, asked) for asked in (cases * by, cases))
    assert 0 < loose <= strict
    assert limit_for(stay, 2, rise, cases, is_guaranteed=True) >= loose - 1 / LEVELS


@settings(deadline=None, max_examples=40)
@given(stay=stays, rise=odds, cases=st.integers(20, 99))
def test_a_limit_lies_between_two_levels(stay: tuple[float, ...], rise: float, cases: int) -> None:
    """At the level above the limit the run length is what was asked for, at the one below it is not."""
    stay = tuple(map(rounded_share, stay))
    scores = checkpoint_scores(stay, 2, rise)
    limit = limit_for(stay, 2, rise, cases) * LEVELS
    low, high = math.floor(limit + 1e-6), math.ceil(limit - 1e-6)
    # A run length may be exactly what was asked for, but for the last digit.
    assert arl_levels(stay, scores, 1 / LEVELS, high) >= cases * (1 - 1e-9)
    assert limit == 1 or arl_levels(stay, scores, 1 / LEVELS, low) <= cases * (1 + 1e-9)


def test_rounding_costs_little() -> None:
    """On fine levels and with unrounded shares, limits reach what was asked within 2 % on average."""
    draw, off = np.random.default_rng(3), []
    for cases in (160, 630, 2600, 12_000, 50_000) * 8:
        late = draw.uniform(0.03, 0.3)
        first = min(late * draw.uniform(1.8, 2.6), 0.9)
        stay = (first, late / first, draw.uniform(0.3, 0.6))
        limit = limit_for(stay, 2, 3, cases)
        off.append(arl_paths(stay, checkpoint_scores(stay, 2, 3), limit, 1200) / cases - 1)
    assert abs(np.mean(off)) < 0.02
    assert max(map(abs, off)) < 0.1


@pytest.mark.parametrize("stay", [(0.25, 0.4, 0.5), (0.5, 0.5, 0.8), (0.1, 0.3, 0.6)])
@pytest.mark.parametrize("cases", [160, 630])
def test_as_many_false_warnings_as_asked(stay: tuple[float, ...], cases: int) -> None:
    """Drawn streams in control reach between 0.85 and 1.15 of the asked rate of false warnings."""
    scores = checkpoint_scores(stay, 2, 3)
    limit = limit_for(stay, 2, 3, cases)
    whole = Scores(
        scores.theta,
        tuple(round(score, 3) for score in scores.survive),
        tuple(round(score, 3) for score in scores.answer),
    )
    assert 0.85 < cases / reached(stay, whole, limit, 4000) < 1.15


def test_a_change_is_found_sooner_than_chance() -> None:
    """After the change the drawn delay is what the chain says, a tenth of the usual run."""
    stay = (0.25, 0.4, 0.5)
    scores = checkpoint_scores(stay, 2, 3)
    changed = tuple(share**scores.theta for share in stay)
    said = arl_paths(changed, scores, 3, 800)
    assert reached(changed, scores, 3, 40_000) == pytest.approx(said, rel=0.02)
    assert said < arl_paths(stay, scores, 3) / 10

"""A wait is found where something really falls, within its interval, and nowhere else."""

from math import inf

import numpy as np
import pytest

from service.backtest.turning import SIDE_MIN, Floats, Turning, turning_point

MINUTE = 60_000
PLANTED = 60 * MINUTE


def answers(cases: int, seed: int, fall: float = 2.0) -> tuple[Floats, Floats]:
    """Return waits and scores that fall after an hour; one wait in ten never ended."""
    draw = np.random.default_rng(seed)
    waits = draw.exponential(50 * MINUTE, cases)
    waits[draw.random(cases) < 0.1] = inf
    scores = np.rint(draw.normal(8.0, 1.5, cases) - fall * (waits > PLANTED)).astype(np.float64)
    return waits, scores


def found(cases: int, seed: int, fall: float = 2.0) -> Turning:
    """Return what is found in such answers."""
    return turning_point(*answers(cases, seed, fall), seed)


@pytest.mark.parametrize("seed", range(8))
def test_a_planted_fall_is_found(seed: int) -> None:
    """The wait after which scores fall lies within its interval, and both means are right."""
    turning = found(600, seed)
    assert turning.is_found
    assert turning.low <= PLANTED <= turning.high
    assert turning.low <= turning.wait <= turning.high < 2 * PLANTED
    assert turning.before - turning.after == pytest.approx(2.0, abs=0.5)


def test_shuffled_scores_hold_nothing() -> None:
    """Among twenty histories without any fall, hardly one shows one: five in a hundred may."""
    seen = 0
    for seed in range(20):
        waits, scores = answers(300, seed)
        shuffled = np.random.default_rng(seed + 100).permutation(scores)
        seen += turning_point(waits, shuffled, seed).is_found
    assert seen <= 4


def test_a_rise_is_no_fall() -> None:
    """Scores that grow with the wait are not called a fall."""
    turning = found(600, 1, fall=-2.0)
    assert not turning.is_found
    assert turning.why_not.startswith("no fall beyond chance")


def test_too_few_answers_are_said_so() -> None:
    """Below thirty answers on each side nothing is searched."""
    turning = found(2 * SIDE_MIN - 1, 1)
    assert turning.why_not == "not enough answers: 30 on each side of a wait"
    assert turning_point(np.array([]), np.array([]), 1).cases == 0


def test_equal_waits_are_not_cut_apart() -> None:
    """Where everybody waited alike there is no wait to find."""
    waits, scores = np.full(200, 5.0), np.r_[np.full(100, 9.0), np.full(100, 1.0)]
    assert not turning_point(waits, scores, 1).is_found


def test_the_fall_may_be_no_answer_at_all() -> None:
    """Where only those who were never answered are let down, the interval has no upper end."""
    draw = np.random.default_rng(4)
    waits = np.r_[draw.exponential(50 * MINUTE, 300), np.full(100, inf)]
    scores = np.r_[draw.normal(8, 1, 300), draw.normal(3, 1, 100)]
    turning = turning_point(waits, scores, 1)
    assert (turning.is_found, turning.high, turning.waited_longer) == (True, inf, 100)


def test_the_same_seed_finds_the_same() -> None:
    """Chance is seeded, down to the interval."""
    assert found(300, 3) == found(300, 3)

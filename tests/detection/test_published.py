"""Figures that others have published or worked out exactly (03, section 10).

The arithmetic of burn-rate rules (line 8 there) is left out with the rules themselves: against an
objective of 85 % the burn cannot pass 6.67, so that the usual thresholds never fire for a unit.
"""

import math
from fractions import Fraction

import pytest

from service.detection.interval import garwood, wilson
from service.detection.life import kaplan_meier, kept_share
from service.detection.limit import limit_for
from service.detection.points import arl_points, points_for
from service.detection.prior import beta_prior
from service.detection.run_length import arl_paths
from service.detection.scores import Scores, checkpoint_scores, worse
from service.engine.attribution import likeliest_unit, region_odds

STAY = (0.25, 0.4, 0.5)
OPEN = (0.22760537, 0.10, 0.04070406)
LOG_NORMAL = (OPEN[0], OPEN[1] / OPEN[0], OPEN[2] / OPEN[1])
FINE = 1600


def normal(mean: float) -> tuple[tuple[float, ...], Scores]:
    """Return a case whose one score is normal: finely cut, each cut an answer of its own."""
    cuts = [(number + 0.5) * 0.0097 for number in range(-618, 618)]
    weights = [math.exp(-cut * cut / 2) for cut in cuts]
    stay, left = [], sum(weights)
    for weight in weights[:-1]:
        stay.append(1 - weight / left)
        left -= weight
    scores = tuple(cut + mean - 0.5 for cut in cuts)
    # The last cut is what no answer came for: the path that survives all the others.
    climb = (0.0,) * (len(stay) - 1) + (scores[-1],)
    return tuple(stay), Scores(1.0, climb, scores[:-1])


def test_points_run_length_is_exact() -> None:
    """With fractions the run length of the points is the published fraction."""
    exact = arl_points(5, 20, Fraction(1, 10))
    assert exact == Fraction(97336633331804665, 140340657374101)
    assert arl_points(5, 20, 0.1) == pytest.approx(693.574016, abs=5e-7)
    assert arl_points(5, 20, 0.25) == pytest.approx(33.092269, abs=5e-7)


def test_five_points_at_ten_percent() -> None:
    """A late case weighs five points where ten percent are late and odds of three are sought."""
    assert points_for(0.1, 3) == 5
    assert worse(0.1, 3) == pytest.approx(0.25)


def test_checkpoint_scores() -> None:
    """The scores of the worked example have the published eight digits."""
    theta, survive, answer = checkpoint_scores(STAY, 2, 3)
    assert theta == pytest.approx(0.60205999, abs=5e-9)
    assert survive == pytest.approx((0.55166199, 0.36462874, 0.27583100), abs=5.1e-9)
    assert answer == pytest.approx((-0.28153923, -0.34717668, -0.38217615), abs=5.1e-9)


def test_checkpoint_run_lengths() -> None:
    """At a limit of 3 an alarm comes after 242.3 usual cases, and after 19.93 of the worse ones."""
    scores = checkpoint_scores(STAY, 2, 3)
    changed = [share**scores.theta for share in STAY]
    assert arl_paths(STAY, scores, 3, FINE) == pytest.approx(242.3, abs=0.05)
    assert arl_paths(changed, scores, 3, FINE) == pytest.approx(19.93, abs=0.005)
    assert arl_paths(STAY, scores, 3) == pytest.approx(242.3, rel=0.003)


@pytest.mark.parametrize(("cases", "limit"), [(626, 3.86), (12_000, 6.74)])
def test_limits_of_the_log_normal_baseline(cases: int, limit: float) -> None:
    """The two limits of the study come out within three hundredths of a nat."""
    assert limit_for(LOG_NORMAL, 2, 3, cases) == pytest.approx(limit, abs=0.03)


@pytest.mark.parametrize(("mean", "length"), [(0.0, 117.59), (1.5, 3.75)])
def test_normal_cusum(mean: float, length: float) -> None:
    """The same chain gives the run lengths of Brook and Evans when its scores are normal."""
    coarse, fine = (arl_paths(*normal(mean), 3, states) for states in (250, 500))
    # What is missing halves with the height of a level.
    assert 2 * fine - coarse == pytest.approx(length, rel=0.001)


def test_wilson() -> None:
    """Three of twelve have the published interval."""
    assert wilson(3, 12) == pytest.approx((0.088942, 0.532305), abs=5e-7)


def test_garwood() -> None:
    """A count of five has the published interval, and a count of none begins at none."""
    assert garwood(5) == pytest.approx((1.623486, 11.668332), abs=5e-7)
    assert garwood(0)[0] == 0


def test_kaplan_meier() -> None:
    """The product limit of the worked example has the published six digits."""
    times = (1, 2, 2, 3, 4, 4, 5, 6, 8, 8)
    ended = [bool(end) for end in (1, 1, 0, 1, 1, 1, 0, 1, 0, 0)]
    shares = dict(kaplan_meier(times, ended))
    assert list(shares) == [1, 2, 3, 4, 6]
    assert list(shares.values()) == pytest.approx(
        (0.9, 0.8, 0.685714, 0.457143, 0.304762), abs=5e-7
    )


def test_life_table_at_the_checkpoints() -> None:
    """Ten of forty stay open, then four of ten; so nine of ten promises are kept."""
    assert kept_share((40, 10, 4), (10, 4, 2), 2) == pytest.approx(0.9)
    assert kept_share((40, 10, 4), (10, 4, 2), 3) == pytest.approx(0.95)
    assert kept_share((40, 0, 0), (0, 0, 0), 2) == 1
    assert kept_share((40, 0, 0), (10, 0, 0), 2) is None


def test_prior_by_moments() -> None:
    """Five units give the published prior."""
    prior = beta_prior(list(zip((2, 5, 1, 8, 3), (20, 25, 22, 30, 28), strict=True)))
    assert prior == pytest.approx((13.864411, 77.348820), abs=5e-7)


def test_attribution() -> None:
    """One ill unit among four is called so, with the published log-odds."""
    counts = [(8, 12, 0.1), (0, 10, 0.1), (1, 11, 0.1), (0, 9, 0.1)]
    assert likeliest_unit(counts) == 0
    assert region_odds(counts) == pytest.approx(-5.748680, abs=5e-7)

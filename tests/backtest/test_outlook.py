"""The figure that several looks add up to, by hand and on real orders."""

from math import isclose, log

import numpy as np
import pytest

from service.backtest.outlook import Look, joined, parts, pressure
from tests.bench.olist.evidence import WINDOW, Known, known
from tests.bench.olist.ranking import auc
from tests.bench.olist.study import Study, studies
from tests.bench.olist.tables import TABLES, Floats, read


def test_the_evidence_is_the_log_of_a_likelihood_ratio() -> None:
    """One late case where half are usually late, and one kept, by hand; looks add up."""
    worse = 1.6 / 2.6
    late, kept = Look(1, 1, 0.5), Look(0, 1, 0.5)
    assert isclose(pressure([late]), log(worse / 0.5))
    assert isclose(pressure([kept]), log((1 - worse) / 0.5))
    assert isclose(pressure([late, kept, late]), 2 * pressure([late]) + pressure([kept]))


def test_usual_speaks_against_and_worse_speaks_for() -> None:
    """As usual is evidence against, far worse is evidence for, and nothing known is neither."""
    assert pressure([Look(10, 100, 0.1)]) < 0 < pressure([Look(20, 100, 0.1)])
    assert pressure([Look(0, 0, 0.3)]) == 0


def test_few_cases_say_little() -> None:
    """Three late cases of six say less than thirty of sixty."""
    assert 0 < pressure([Look(3, 6, 0.1)]) < pressure([Look(30, 60, 0.1)])


def test_a_usual_of_nothing_stays_finite() -> None:
    """Where nothing or everything is usually late, the figure is still a number."""
    assert np.isfinite([pressure([Look(1, 5, 0.0)]), pressure([Look(1, 5, 1.0)])]).all()


def test_places_are_joined_by_their_cases() -> None:
    """Joined looks add up, and their usual is weighted by cases."""
    both = joined([Look(1, 10, 0.1), Look(5, 30, 0.3)])
    assert (both.late, both.cases, round(both.usual, 6)) == (6, 40, 0.25)
    assert round(joined([Look(0, 0, 0.1), Look(0, 0, 0.3)]).usual, 6) == 0.2


def test_parts_name_the_worst_first() -> None:
    """The parts add up to the figure, the largest first."""
    looks = {"kept": Look(1, 50, 0.1), "missed": Look(20, 50, 0.1)}
    found = parts(looks)
    assert list(found) == ["missed", "kept"]
    assert isclose(sum(found.values()), pressure(looks.values()))


@pytest.fixture(scope="module")
def study() -> Study:
    """Return the study of the regions on the whole stream, folded with what the figure needs."""
    if not TABLES.is_dir():
        pytest.skip(f"the whole tables are not at {TABLES}; set EROSION_SHARED")
    return studies(*read(TABLES), known(TABLES, only_looks=True))["region"]


def test_the_definitions_are_those_of_the_baseline(study: Study) -> None:
    """The simple rows come out as they were agreed: 24 low weeks of 285, and their AUC."""
    low = study.weeks.low
    assert (len(low), low.sum(), len(study.falls)) == (285, 24, 19)
    missed = [round(auc(low, study.simple("promise missed", ahead)), 2) for ahead in range(4)]
    assert missed == [0.69, 0.64, 0.59, 0.59]
    overdue = [round(auc(low, study.simple("hand-over overdue", ahead)), 2) for ahead in range(4)]
    assert overdue == [0.59, 0.64, 0.69, 0.71]


def test_the_figure_ranks_what_is_coming(study: Study) -> None:
    """One to three weeks ahead it ranks low weeks above others, and better than both rivals."""
    low = study.weeks.low
    for ahead in (1, 2, 3):
        ours = auc(low, study.ours(ahead))
        assert ours >= 0.65
        assert ours > auc(low, study.simple("promise missed", ahead))
        assert ours > auc(low, -study.weeks.published[:, ahead])


def test_shuffled_evidence_ranks_nothing(study: Study) -> None:
    """With the counts of other states and days, all that was good is gone."""
    chance = np.random.default_rng(7)
    shuffled = []
    for _ in range(10):
        counts = {
            name: _shuffled(by_state, chance) for name, by_state in study.known.counts.items()
        }
        other = study._replace(known=Known(counts, study.known.usual, []))
        shuffled.append(auc(study.weeks.low, other.ours(1)))
    assert 0.4 < np.mean(shuffled) < 0.6


def _shuffled(by_state: dict[str, Floats], chance: np.random.Generator) -> dict[str, Floats]:
    """Give each state the counts of another one, begun at another day."""
    states = list(by_state)
    others = chance.permutation(len(states))
    moved = [
        np.roll(by_state[states[i]], int(chance.integers(WINDOW, 300)), axis=0) for i in others
    ]
    return dict(zip(states, moved, strict=True))

"""A small part of `make bench-detection`: the shipped rule keeps its promise on drawn streams.

Bands are some four standard errors wide, and narrow enough that planted mistakes fall outside.
"""

import numpy as np
import pytest

from service.engine.baseline import Baseline
from tests.bench.detection.calibration import RULES, bare
from tests.bench.detection.judging import RATES, REGION, known
from tests.bench.detection.order import reached

PER_WEEK = 12
# Units, years and how far from what was asked may be reached.
DRAWN = {"watch": (400, 2, (0.8, 1.2)), "warning": (700, 5, (0.7, 1.3))}


def kept(level: str, base: Baseline | None = None, share: float = 1.0) -> bool:
    """Tell whether drawn streams reach about as many false alarms as were asked for."""
    units, years, (low, high) = DRAWN[level]
    draw = np.random.default_rng([11, len(level)])
    found = bare(draw, level, PER_WEEK, round(units * share), years, base)
    return low < found.rate / RATES[level] < high


@pytest.mark.parametrize("level", DRAWN)
def test_as_many_false_alarms_as_asked(level: str) -> None:
    """At 12 cases a week both rates are reached by the rule itself, looks in the timeline's order."""
    assert kept(level)


def swapped(base: Baseline) -> Baseline:
    """Plant: an answer is scored as waiting, and waiting as an answer."""
    return base._replace(survive=base.answer, answer=base.survive)


def halved(base: Baseline) -> Baseline:
    """Plant: limits half as high."""
    return base._replace(watch=base.watch // 2, warning=base.warning // 2)


def mild(base: Baseline) -> Baseline:
    """Plant: an answer takes away a tenth too little."""
    return base._replace(answer=tuple(score * 9 // 10 for score in base.answer))


@pytest.mark.parametrize("plant", [swapped, halved, mild])
def test_a_planted_mistake_is_found(plant: object) -> None:
    """The band can fail: it does for each of three mistakes."""
    assert callable(plant)
    for level, rule in RULES.items():
        assert not kept(level, plant(known(rule, PER_WEEK)), 0.5)


def test_scoring_as_answers_come_is_worse() -> None:
    """A region scored as answers come has at least three times the false alarms of the due instant."""
    found = reached(np.random.default_rng(12), REGION, 400, 24, 2)
    (early, early_years), (due, due_years) = found.values()
    assert list(found) == ["as answers come", "at the due instant"]
    assert early / early_years > 3 * max(due, 1) / due_years
    assert due / due_years < 0.4

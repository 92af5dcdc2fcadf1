"""One host under faults: after every crash the log decides, and nothing is lost or invented.

`make simulate-faults` is the long form.  A failing seed is run alone with
`python -m tests.simulation.campaign --seed N`.
"""

import pytest

from tests.simulation.campaign import caught, survive
from tests.simulation.mutants import MUTANTS
from tests.simulation.swarm import ALL, swarm_of

SEEDS = range(20)
# The first seed that catches each planted mistake; the long form looks for it anew.
CATCHING = {
    "results committed before the events": 9,
    "answered before it is durable": 1,
    "timers not restored from the snapshot": 5,
    "snapshot misses stream items": 5,
    "random alert id": 0,
    "marked sent before send": 1,
    "no duplicate check": 0,
    "deadline fires one wait too early": 0,
    "seen keys evicted too early": 0,
    "no offset check": 7,
    "frame compare-and-set removed": 9,
    "withdrawn never sent": 3,
    "refold skipped": 9,
    "gap ignored: a dead feed is judged": 3,
    "checkpoint ahead of the results": 11,
    "future events accepted": 1,
}


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_and_nothing_invented(seed: int) -> None:
    """State, frames, messages and counts of a run under faults are those of its log and its facts."""
    figures = survive(seed)
    assert figures.events
    assert figures.alerts


def test_every_fault_is_tried() -> None:
    """The seeds of the short form turn on every kind of fault, and compare in every way."""
    swarms = [swarm_of(seed) for seed in SEEDS]
    assert set().union(*(swarm.on for swarm in swarms)) == set(ALL)
    assert {swarm.mode for swarm in swarms} == {"exact", "corrected", "alone"}


def test_every_mutant_is_in_the_gate() -> None:
    """No planted mistake is left out of the list."""
    assert CATCHING.keys() == MUTANTS.keys()


@pytest.mark.parametrize("mutant", CATCHING)
def test_a_planted_mistake_is_seen(mutant: str) -> None:
    """Each mistake breaks a run that is sound without it."""
    assert caught(mutant, CATCHING[mutant])


def test_a_seed_gives_the_same_run() -> None:
    """Two runs of one seed have the same figures."""
    assert survive(5) == survive(5)

"""What engineers see of judgements only ever grows, and a late fact is a correction beside it."""

from dataclasses import dataclass
from pathlib import Path

from service.engine.counts import Counts
from service.engine.fold import Engine
from service.engine.plan_data import to_data
from service.engine.values import Chunk, Event
from service.metrics import REGISTRY
from service.settings import compile_settings, load
from service.watching import Watcher

PLAN = compile_settings(load(Path("config"))).plan
NOON = 1_780_999_200_000  # Tuesday 9 June 2026, 12:00 in Berlin
HOUR = 3_600_000


@dataclass
class Folding:
    """Have an engine."""

    engine: Engine
    shard: str = "main"


def event(number: int, kind: str, time: int) -> Event:
    """Return an event of one request at a dealer."""
    data = {"by": "person"} if kind.endswith("answered") else {"model": "aurora-one"}
    names = ("crm", f"e{number}", kind)
    return Event(number, number, *names, time, None, "TD-1", "d001", "c1", "web", "", data)


def judged(outcome: str) -> float:
    """Return how often the touchpoint was judged so."""
    labels = {"touchpoint": "answer-request", "outcome": outcome}
    return REGISTRY.get_sample_value("erosion_promises_judged_total", labels) or 0


def corrected() -> float:
    """Return how often a late answer turned out to have been in time."""
    labels = {"touchpoint": "answer-request", "was": "late", "became": "kept"}
    return REGISTRY.get_sample_value("erosion_corrections_total", labels) or 0


def test_a_late_fact_is_a_correction() -> None:
    """A case is judged late once; the answer that comes later moves no counter back."""
    engine = Engine()
    engine.fold(Chunk(NOON - 5 * HOUR, (), to_data(PLAN)))
    watcher = Watcher(Folding(engine))
    before = judged("late"), judged("kept"), corrected()
    for chunk in (
        Chunk(NOON - 3 * HOUR, (event(1, "testdrive.requested", NOON - 3 * HOUR),)),
        Chunk(NOON + 3 * HOUR),
        Chunk(NOON + 4 * HOUR, (event(2, "testdrive.answered", NOON - 3 * HOUR + 60_000),)),
        Chunk(NOON + 5 * HOUR),
    ):
        watcher.after_turn(engine.fold(chunk))
    assert (judged("late"), judged("kept"), corrected()) == (
        before[0] + 1,
        before[1],
        before[2] + 1,
    )


def test_another_life_of_the_process_counts_nothing_twice() -> None:
    """What was folded before the watcher began is in no counter."""
    engine = Engine()
    engine.fold(Chunk(NOON - 5 * HOUR, (), to_data(PLAN)))
    engine.fold(Chunk(NOON - 3 * HOUR, (event(1, "testdrive.requested", NOON - 3 * HOUR),)))
    engine.fold(Chunk(NOON + 3 * HOUR))
    before = judged("late")
    Watcher(Folding(engine)).after_turn(())
    assert judged("late") == before


def test_moves_are_told_once() -> None:
    """Taking the moves leaves none behind."""
    assert not Counts().take_moves()

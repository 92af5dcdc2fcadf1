"""What engineers see of judgements only ever grows, and a late fact is a correction beside it."""

from dataclasses import dataclass, replace
from pathlib import Path

from service import metrics
from service.engine.baseline import Baseline
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
BASE = Baseline((1,), (-1,), 100, 200, 50_000, (500_000,), 1_000, 52)


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


def sample(name: str, touchpoint: str) -> float | None:
    """Return what is shown of a touchpoint."""
    return REGISTRY.get_sample_value(name, {"touchpoint": touchpoint})


def test_a_touchpoint_comes_and_goes_with_the_plan() -> None:
    """A new one is shown with nothing judged; of one that a reload took away nothing stands still."""
    engine, name = Engine(), "answer-request"
    few = {key: one for key, one in PLAN.touchpoints.items() if key != name}
    engine.fold(Chunk(NOON - 5 * HOUR, (), to_data(replace(PLAN, touchpoints=few))))
    metrics.WATERMARK.remove_by_labels({"touchpoint": name})  # of other tests of this process
    watcher = Watcher(Folding(engine))
    watcher.after_turn(engine.fold(Chunk(NOON - 4 * HOUR)))
    assert sample("erosion_watermark_timestamp_seconds", name) is None
    engine.fold(Chunk(NOON - 3 * HOUR, (), to_data(replace(PLAN, number=2))))
    watcher.after_turn(engine.fold(Chunk(NOON - 2 * HOUR)))
    assert sample("erosion_watermark_timestamp_seconds", name) is not None
    assert judged("late") is not None
    engine.fold(Chunk(NOON - HOUR, (), to_data(replace(PLAN, number=3, touchpoints=few))))
    watcher.after_turn(engine.fold(Chunk(NOON)))
    assert sample("erosion_watermark_timestamp_seconds", name) is None
    assert sample("erosion_cases", name) is None


def test_what_was_learned_is_shown_by_who_restored_it() -> None:
    """A touchpoint shows from when on its newest baselines are in force, and no longer than it is there."""
    engine, name = Engine(), "answer-request"
    engine.fold(Chunk(NOON - 5 * HOUR, (), to_data(PLAN)))
    track = next(track for track, _ in engine.standings() if track.plan.id == name)
    assert track.judges.taught_since() is None
    rule = track.judges.paces[0]
    track.judges.schedule(rule, "d001").put(NOON, BASE)
    watcher = Watcher(Folding(engine))
    watcher.after_turn(())
    assert sample("erosion_baseline_timestamp_seconds", name) == NOON / 1000
    watcher.forget()
    assert sample("erosion_baseline_timestamp_seconds", name) is None


def test_moves_are_told_once() -> None:
    """Taking the moves leaves none behind."""
    assert not Counts().take_moves()

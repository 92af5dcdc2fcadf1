"""Facts that only reports read come out of the fold as they came, once, and change nothing."""

from dataclasses import replace
from pathlib import Path

from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import from_data, to_data
from service.engine.sharding import shard_plan
from service.engine.values import Chunk, Event, Frame
from service.settings import compile_settings, load

PLAN = compile_settings(load(Path("config"))).plan
NOW = 1_781_000_000_000
DAY_MS = 86_400_000


def event(key: int, kind: str, time: int = NOW, digest: int = 1) -> Event:
    """Return an event of the company's customers."""
    source = next(name for name, types in PLAN.delivers.items() if kind in types)
    names = (source, f"e{key}", kind)
    return Event(key, digest, *names, time, None, "", "", "c1", "", "", {"score": 3})


def told(plan: Plan, *chunks: Chunk) -> list[Frame]:
    """Return the frames of some chunks."""
    engine = Engine()
    engine.fold(Chunk(NOW - DAY_MS, (), to_data(plan)))
    return [frame for chunk in chunks for frame in engine.fold(chunk)]


def test_a_fact_comes_out_once() -> None:
    """The first account of a fact is put out with the stamp at which it was heard."""
    fact, doubt = event(1, "survey.answered"), event(1, "survey.answered", digest=2)
    frames = told(PLAN, Chunk(NOW, (fact, doubt)), Chunk(NOW + 5, (fact,)))
    assert [(frame.stamp, frame.told) for frame in frames] == [(NOW, (fact,))]


def test_nothing_else_comes_of_it() -> None:
    """It makes no outcome, no reading and no finding."""
    (frame,) = told(PLAN, Chunk(NOW, (event(1, "survey.answered"),)))
    assert not any((frame.outcomes, frame.readings, frame.waiting, frame.signals, frame.too_late))


def test_what_is_too_late_is_not_told() -> None:
    """A fact from before what its source may correct stands on the late list instead."""
    (frame,) = told(PLAN, Chunk(NOW, (event(1, "survey.answered", NOW - 8 * DAY_MS),)))
    assert (len(frame.too_late), frame.told) == (1, ())


def test_a_plan_from_before_tells_nothing() -> None:
    """A log that was begun without such facts is folded as it was."""
    data = to_data(PLAN)
    del data["told"]
    assert from_data(data).told == ()
    assert told(from_data(data), Chunk(NOW, (event(1, "survey.answered"),))) == []


def test_one_shard_tells() -> None:
    """Of several shards that hear a fact, exactly one puts it out."""
    last = max(PLAN.touchpoints)
    parts = {
        n: replace(t, shard="rest" if n == last else "main") for n, t in PLAN.touchpoints.items()
    }
    told = (*PLAN.told, "testdrive.requested")
    plan = replace(PLAN, shards=("main", "rest"), touchpoints=parts, told=told)
    by_shard = [shard_plan(plan, shard).told for shard in plan.shards]
    assert sorted(kind for kinds in by_shard for kind in kinds) == sorted(told)


def test_an_answer_entered_long_afterwards() -> None:
    """Of answers only those recorded more than an hour after they were given are put out."""
    hour = 3_600_000
    late, soon, unsaid = (
        event(number, "testdrive.answered", NOW - 2 * hour)._replace(recorded=recorded)
        for number, recorded in ((1, NOW - hour + 1), (2, NOW - hour), (3, None))
    )
    frames = told(PLAN, Chunk(NOW, (late, soon, unsaid)))
    assert [one for frame in frames for one in frame.told] == [late]

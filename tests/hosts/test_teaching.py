"""What is usual comes into every log once, by whoever answers first, and never holds the door."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from service.detection import learning
from service.engine.baseline import Learned
from service.engine.fold import Engine
from service.engine.judges import Judges
from service.engine.learning import Ask, Learning
from service.engine.place import Places
from service.engine.plan_data import to_data
from service.engine.results import Results
from service.engine.values import Chunk
from service.engine.zone import Zone
from service.hosts.teaching import Teaching, answer
from service.log.decided import Decided, baseline_record, plan_record
from service.log.entry import Told
from service.settings import compile_settings, load
from tests.engine.arrivals import cut, fold, stamp_of, taught, world
from tests.hosts.gathered import PLAN, Log, Reader, gathering
from tests.worlds import plan_of

DAY = 24 * 3_600_000
TUESDAY = 1_789_423_200_000
NAME = min(PLAN.touchpoints)


def ask(since: int = TUESDAY, touchpoint: str = NAME) -> Ask:
    """Return a question of one touchpoint."""
    units = [Learned(f"u{n}", "north", 20, (400, 90, 40), (90, 40, 16), ()) for n in range(4)]
    return Ask(f"{touchpoint}/{since}", touchpoint, since, (("pace", tuple(units)),))


def test_an_answer_names_the_question(tmp_path: Path) -> None:
    """The control carries the id, the touchpoint and a row for each stream; of strange ones none."""
    plan = plan_of(tmp_path)
    control = answer(ask(touchpoint="reply"), plan)
    assert (control["kind"], control["id"]) == ("baseline", f"reply/{TUESDAY}")
    assert sorted(control["rules"]["pace"]) == ["u0", "u1", "u2", "u3"]
    assert answer(ask(touchpoint="gone"), plan)["rules"] == {}


def test_a_failure_answers_that_all_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the statistics fail, the answer says nothing, and so the watermark goes on."""

    def failing(*_: object) -> dict[str, Any]:
        raise ArithmeticError("no root")

    monkeypatch.setattr(learning, "baselines", failing)
    assert answer(ask(touchpoint="reply"), plan_of(tmp_path))["rules"] == {}


def test_a_question_is_answered_once_at_a_time(tmp_path: Path) -> None:
    """While somebody answers nobody else does; what could not be written is answered again."""
    told: list[Mapping[str, Any]] = []
    work: list[Callable[[], None]] = []
    is_full = True

    def tell(control: Mapping[str, Any]) -> None:
        if is_full:
            raise OSError("No space left on device")
        told.append(control)

    plan = plan_of(tmp_path)
    one = Teaching(lambda: plan, tell, work.append)
    one.look([ask(touchpoint="reply")])
    one.look([ask(touchpoint="reply")])
    assert len(work) == 1
    work.pop()()
    is_full = False
    one.look([ask(touchpoint="reply")])
    work.pop()()
    assert [control["id"] for control in told] == [f"reply/{TUESDAY}"]


async def test_an_answer_on_the_control_topic_comes_into_the_log_once() -> None:
    """Of two answers to one question the first counts; a new one follows, the plan is not repeated."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    before = len(log.of(Told))
    first, second = (dict(answer(ask(), PLAN)) | {"by": by} for by in ("one", "two"))
    later = answer(ask(TUESDAY + 7 * DAY), PLAN)
    for control in (first, second, later):
        log.decide(baseline_record(control))
        await found._second()
    told = [entry for _, entry in log.of(Told)][before:]
    assert [one.id for one in told] == [f"baseline/{ask().id}", f"baseline/{later['id']}"]
    assert told[0].control["by"] == "one"


def test_a_new_intake_brings_the_latest_only() -> None:
    """Who begins later sends what is in force, not the answers of the weeks before."""
    decided = Decided()
    controls = [answer(ask(TUESDAY + 7 * DAY * week), PLAN) for week in range(3)]
    for key, value in (plan_record(PLAN), *map(baseline_record, controls)):
        decided.take(key.decode(), value)
    shard = PLAN.touchpoints[NAME].shard
    ids = [told.id for told in decided.controls(shard) if told.control.get("kind") == "baseline"]
    assert ids == [f"baseline/{controls[-1]['id']}"]


def test_the_watermark_waits_for_the_answer(tmp_path: Path) -> None:
    """Unanswered, nothing is judged beyond the day it is for; answered weeks late, all is the same."""
    plan = compile_settings(load(Path("config"))).plan
    events = sorted(world(plan, tmp_path, 3), key=stamp_of)
    end = stamp_of(events[-1]) + 600_000
    chunks = cut(events, random.Random(3))
    engine, results = Engine(), Results()
    results.take(engine.fold(Chunk(-(2**62), (), to_data(plan))))
    for chunk in chunks:
        results.take(engine.fold(chunk))
    waiting = engine.asks()
    assert waiting
    for one in waiting:
        assert engine.watermark(one.touchpoint) == one.since < end - 7 * DAY
    results.take(taught(engine, Chunk(end)))
    results.finish(engine)
    assert engine.asks() == []
    assert results.hash() == fold(plan, chunks, end)[1].hash()


def test_a_goal_that_is_a_monday_is_asked_about_once() -> None:
    """Whether time stops exactly at a Monday or runs over it, it is asked for, and only once."""
    plan = compile_settings(load(Path("config"))).plan
    zone = Zone(plan.zone, plan.zones[plan.zone])
    learning = Learning(Judges(plan.touchpoints["answer-request"], Places(plan), 7 * DAY), zone, 0)
    monday = zone.utc(18_000 // 7 * 7 * DAY + 4 * DAY)
    asked: list[int] = []
    learning.ask = lambda at, since: asked.append(since - at)  # type: ignore[method-assign]
    assert learning.stop(monday - 1, lambda: None) == monday
    for watermark in (monday - 1, monday, monday, monday + 1):
        learning.look(watermark)
    assert asked == [DAY]
    assert learning.stop(monday, lambda: None) == monday + 7 * DAY
    assert Learning(learning.judges, zone, 0).state() != learning.state()

"""A snapshot is the state: what is read back folds on as if nothing had been (01, section 7)."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.results import state_hash
from service.engine.snapshot import engine_from, parts_of
from service.engine.values import Chunk, Frame
from service.settings import compile_settings, load
from tests.engine.arrivals import cut, stamp_of, world
from tests.engine.test_late_facts import delayed
from tests.engine.test_silence import BEAT, shop

HOUR = 3_600_000


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the shipped plan, with a source that falls silent now and then."""
    plan = compile_settings(load(Path("config"))).plan
    quick = {name: replace(s, silent_after_ms=2 * HOUR) for name, s in plan.sources.items()}
    return replace(plan, sources=quick)


def reread(engine: Engine) -> Engine:
    """Return the engine that its snapshot makes after a trip through JSON."""
    parts: dict[str, Any] = json.loads(json.dumps(dict(parts_of(engine))))
    return engine_from(parts)


def chunks_of(plan: Plan, folder: Path, seed: int) -> list[Chunk]:
    """Return a month with late facts, a new plan in the middle and a restart."""
    events = world(plan, folder, seed)
    draw = random.Random(seed)
    chunks = cut(delayed([e._replace(recorded=stamp_of(e)) for e in events], draw, 0.1), draw)
    at = len(chunks) // 2
    changed = replace(plan, number=2, exclusions=())
    stamp = chunks[at].stamp
    control = [
        Chunk(stamp, (), to_data(changed)),
        Chunk(stamp, (), {"kind": "start"}),
        Chunk(stamp),
    ]
    return [Chunk(-(2**62), (), to_data(plan)), *chunks[:at], *control, *chunks[at:]]


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_restored_engine_folds_on_byte_for_byte(plan: Plan, tmp_path: Path, seed: int) -> None:
    """Restored at many points, an engine gives the same frames and the same state."""
    chunks = chunks_of(plan, tmp_path, seed)
    draw = random.Random(seed)
    straight, broken = Engine(), Engine()
    for number, chunk in enumerate(chunks):
        wanted: list[Frame] = straight.fold(chunk)
        assert broken.fold(chunk) == wanted, number
        if draw.random() < 0.1 and not any(line.moving for line in broken.timelines):
            broken = reread(broken)
            assert state_hash(broken) == state_hash(straight)
    assert state_hash(broken) == state_hash(straight)
    assert any(stream.episodes.told for t in broken.tracks for stream in t.judges.streams.values())


def test_a_silence_that_is_forgotten_is_forgotten_everywhere(tmp_path: Path) -> None:
    """Long after a silence, a restored engine judges and speaks like one that never stopped."""
    day = {"correct_for": "1d"}
    world = shop(tmp_path, {"crm": BEAT | day, "phone": day})
    world.tick_to("09:00", beat="crm")
    world.tick_to("09:30")
    world.tick_to("2026-09-16T10:00", beat="crm")
    world.tell("2026-09-16T10:00:00+02:00 ask c1 unit=a")
    world.tick_to("2026-09-16T10:10", beat="crm")
    broken, stamp = reread(world.engine), world.now + 60_000
    answer = world._events([f"{instant(stamp - 50_000)} answer c1"])
    assert broken.fold(Chunk(stamp, answer)) == world.engine.fold(Chunk(stamp, answer))


def instant(at: int) -> str:
    """Write an instant in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()


def test_no_snapshot_while_cases_move(plan: Plan) -> None:
    """Half a plan is no state to begin from."""
    engine = Engine()
    engine.fold(Chunk(-(2**62), (), to_data(plan)))
    engine.timelines[0].moving.append(object())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="while cases move"):
        list(parts_of(engine))

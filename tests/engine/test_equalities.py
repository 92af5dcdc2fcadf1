"""The same facts give the same results, however they arrive (01, section 1)."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.engine.plan import Plan
from service.engine.results import state_hash
from service.engine.values import Event
from service.hosts.replay import Replay
from service.settings import compile_settings, load
from tests.engine.arrivals import cut, fold, stamp_of, world

SEEDS = range(1, 11)
MINUTE = 60_000


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the shipped test-drive plan."""
    return compile_settings(load(Path("config"))).plan


def replayed(plan: Plan, events: Sequence[Event], end: int) -> str:
    """Return the results hash of a replay."""
    running = Replay(plan)
    running.run(events, end)
    running.memory.results.finish(running.engine)
    return running.memory.results.hash()


@pytest.mark.parametrize("seed", SEEDS)
def test_results_do_not_depend_on_arrival(plan: Plan, tmp_path: Path, seed: int) -> None:
    """Shuffled within `wait`, doubled, cut into other chunks: the results hash is the same."""
    events = world(plan, tmp_path, seed)
    draw = random.Random(seed)
    end = max(map(stamp_of, events)) + 10 * MINUTE
    truth = replayed(plan, events, end)
    in_order = sorted(events, key=lambda event: (event.time, event.key))
    late = [e._replace(recorded=e.time + draw.randint(0, 59_000)) for e in in_order]
    shuffled = sorted(late, key=lambda event: (stamp_of(event), draw.random()))
    doubled = sorted([*shuffled, *draw.sample(shuffled, len(shuffled) // 3)], key=stamp_of)
    for variant in (in_order, shuffled, doubled):
        assert replayed(plan, variant, end) == truth
        assert fold(plan, cut(variant, draw), end)[1].hash() == truth


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_the_same_log_gives_the_same_bytes(plan: Plan, tmp_path: Path, seed: int) -> None:
    """Two engines that fold one log have equal state hashes and equal frames at every chunk."""
    chunks = cut(world(plan, tmp_path, seed), random.Random(seed))
    end = chunks[-1].stamp + MINUTE
    first, _, frames = fold(plan, chunks, end)
    second, _, again = fold(plan, chunks, end)
    assert state_hash(first) == state_hash(second)
    assert frames == again


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_readings_are_the_sums_of_the_outcomes(plan: Plan, tmp_path: Path, seed: int) -> None:
    """Asked = kept + late + gave up + unknown + open, per day, touchpoint, unit and way in."""
    events = world(plan, tmp_path, seed)
    engine, results, _ = fold(plan, cut(events, random.Random(seed)), max(map(stamp_of, events)))
    columns = ("kept", "late", "gave up", "unknown", "open")
    sums: dict[tuple[str, str], list[int]] = {}
    for outcome in results.outcomes.values():
        counts = sums.setdefault((outcome.touchpoint, outcome.unit), [0] * 5)
        counts[columns.index(outcome.outcome)] += 1
    found: dict[tuple[str, str], list[int]] = {}
    for (_, touchpoint, unit, _), changes in results.readings.items():
        counts = found.setdefault((touchpoint, unit), [0] * 5)
        found[touchpoint, unit] = [a + b for a, b in zip(counts, changes, strict=True)]
    assert found == sums
    assert engine.tally.accepted + engine.tally.duplicates == len(events)


def test_an_early_tick_would_be_noticed(plan: Plan, tmp_path: Path) -> None:
    """The comparison can fail: facts that come later than `wait` do change the results."""
    events = world(plan, tmp_path, 1)
    end = max(map(stamp_of, events)) + 10 * MINUTE
    late = [
        e._replace(recorded=e.time + 5 * 3600_000) if e.type == "testdrive.answered" else e
        for e in events
    ]
    assert replayed(plan, sorted(late, key=stamp_of), end) != replayed(plan, events, end)

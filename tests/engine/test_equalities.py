"""The same facts give the same results, however they arrive (01, section 1)."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from service.engine.fold import Engine
from service.engine.plan import Plan, to_data
from service.engine.results import Results, state_hash
from service.engine.values import Chunk, Event, Frame
from service.hosts.replay import Replay
from service.intake.decode import Decoder
from service.intake.rejected import Rejected
from service.settings import compile_settings, load
from service.simulator.run import run
from tests.worlds import KEY

SEEDS = range(1, 11)
MINUTE = 60_000


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the shipped test-drive plan."""
    return compile_settings(load(Path("config"))).plan


def world(plan: Plan, folder: Path, seed: int) -> list[Event]:
    """Return a month of eight dealers in order of arrival, all of it within `wait`."""
    stream = folder / "events.ndjson"
    run(
        stream,
        folder / "truth.json",
        seed=seed,
        dealers=8,
        weeks=4,
        start="2026-03-16",
        delay_max_s=55,
    )
    with stream.open("rb") as lines:
        items = list(Decoder(plan, KEY).lines(iter(lines)))
    return [item for item in items if not isinstance(item, Rejected)]


def stamp_of(event: Event) -> int:
    """Return when an event reaches the log."""
    return event.time if event.recorded is None else event.recorded


def fold(plan: Plan, chunks: Iterable[Chunk], end: int) -> tuple[Engine, Results, list[Frame]]:
    """Fold chunks in a new engine and drain it to one stamp."""
    engine, results = Engine(), Results()
    frames = engine.fold(Chunk(-(2**62), (), to_data(plan)))
    for chunk in chunks:
        frames += engine.fold(chunk)
    frames += engine.fold(Chunk(end))
    results.take(frames)
    results.finish(engine)
    return engine, results, frames


def replayed(plan: Plan, events: Sequence[Event], end: int) -> str:
    """Return the results hash of a replay."""
    running = Replay(plan)
    running.run(events, end)
    running.memory.results.finish(running.engine)
    return running.memory.results.hash()


def cut(events: Sequence[Event], draw: random.Random) -> list[Chunk]:
    """Cut a stream into chunks of any size; each is stamped by its last event."""
    chunks: list[Chunk] = []
    rest = list(events)
    while rest:
        size = draw.randint(1, 40)
        part, rest = rest[:size], rest[size:]
        chunks.append(Chunk(max(map(stamp_of, part)), part))
        if rest and draw.random() < 0.3:
            chunks.append(Chunk(max(chunks[-1].stamp, stamp_of(rest[0]) - 1)))
    return chunks


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

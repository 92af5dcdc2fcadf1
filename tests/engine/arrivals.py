"""A simulated month, and the ways in which its facts may arrive at an engine."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.results import Results
from service.engine.values import Chunk, Event, Frame
from service.hosts.teaching import answer
from service.intake.decode import Decoder
from service.rejected import Rejected
from service.simulator.run import run
from tests.worlds import KEY


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
        frames += taught(engine, chunk)
    frames += taught(engine, Chunk(end))
    results.take(frames)
    results.finish(engine)
    return engine, results, frames


def taught(engine: Engine, chunk: Chunk) -> list[Frame]:
    """Fold a chunk, and answer at once what the engine asks on the way."""
    frames = engine.fold(chunk)
    while asks := engine.asks():
        for ask in asks:
            frames += engine.fold(Chunk(chunk.stamp, (), answer(ask, engine.plan)))
    return frames


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

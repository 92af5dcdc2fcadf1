"""Fold a whole stream, for the benchmarks."""

from collections.abc import Sequence

from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.values import Chunk, Event


def chunks_of(events: Sequence[Event], size: int) -> list[Chunk]:
    """Cut a stream into chunks of a fixed size."""
    parts = [events[first : first + size] for first in range(0, len(events), size)]
    return [Chunk(max(e.recorded or e.time for e in part), part) for part in parts]


def fold_all(plan: Plan, chunks: Sequence[Chunk]) -> Engine:
    """Fold everything in a new engine."""
    engine = Engine()
    engine.fold(Chunk(-(2**62), (), to_data(plan)))
    for chunk in chunks:
        engine.fold(chunk)
    return engine

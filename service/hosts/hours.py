"""Chunks of events that bring their own time, one for each hour."""

from collections.abc import Sequence

from service.engine.values import Chunk, Event

HOUR_MS = 3_600_000


def by_hour(events: Sequence[Event]) -> list[Chunk]:
    """Cut events into chunks stamped by the events' own time, one for each hour."""
    chunks: list[Chunk] = []
    group: list[Event] = []
    stamp = -(2**62)
    for event in events:
        at = event.time if event.recorded is None else event.recorded
        if group and at // HOUR_MS > stamp // HOUR_MS:
            chunks.append(Chunk(stamp, group))
            group = []
        group.append(event)
        stamp = max(stamp, at)
    return [*chunks, Chunk(stamp, group)] if group else chunks

"""Facts that are counted apart: cases pushed forward by hand, and answers entered long afterwards.

The first helps one person and no process; the second may be a promise that only looks kept.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from service.engine.recording import is_entered_late
from service.engine.where import compile_tree
from service.report.week import Week
from service.settings.measure import EventPattern
from service.settings.touchpoint import Touchpoint
from service.store.reads import Reads
from service.store.told import ToldRow


def expedited_in(reads: Reads, touchpoints: Mapping[str, Touchpoint], week: Week) -> dict[str, int]:
    """Return by touchpoint how many cases were pushed forward in a week."""
    return {
        name: len({row.case or row.id for row in found})
        for name, touchpoint in touchpoints.items()
        if (found := _rows(reads, touchpoint.expedited, week))
    }


def entered_late_in(reads: Reads, touchpoints: Iterable[Touchpoint], week: Week) -> int:
    """Return how many answers of a week were recorded more than an hour after they were given."""
    found = {
        row.id
        for touchpoint in touchpoints
        for row in _rows(reads, touchpoint.measure.named().get(("stop",), ()), week)
        if is_entered_late(row.time, row.recorded)
    }
    return len(found)


def told_where(reads: Reads, event: str, where: Any, week: Week) -> list[ToldRow]:
    """Return the facts of a type in a week that a condition lets through; None lets all."""
    counts = compile_tree(where) if where is not None else None
    rows = reads.told([event], week.begin, week.end)
    return [row for row in rows if counts is None or counts(row.data)]


def _rows(reads: Reads, patterns: Iterable[EventPattern], week: Week) -> list[ToldRow]:
    return [row for one in patterns for row in told_where(reads, one.event, one.where, week)]

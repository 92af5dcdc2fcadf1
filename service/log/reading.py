"""How far one raw partition is known, and what a run of it is then: new, known, or behind a hole."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from service.log.entry import Run

FIRST = -(2**62)


class Why(StrEnum):
    """Say what became of a run, a mark or a control."""

    APPLIED = "applied"
    KNOWN = "known"
    PARTLY = "partly known"
    HOLE = "hole"
    FOREIGN = "foreign routes"
    REPLACED = "replaced topic"
    STOPPED = "stopped"
    EARLY = "early mark"


@dataclass(slots=True)
class Reading:
    """State how far one raw partition is known; `hole` is where one began, `since` when.

    `accepted` is where it went on last behind a gap.
    """

    incarnation: str
    next: int
    heard: int = FIRST
    hole: int | None = None
    since: int = 0
    stopped: bool = False
    replaced: list[str] = field(default_factory=list)
    accepted: int = -1


def judge(reading: Reading, run: Run) -> Why:
    """Return what a run is to a partition that is known so far."""
    if run.incarnation != reading.incarnation:
        return Why.REPLACED
    if reading.stopped:
        return Why.STOPPED
    if run.first > reading.next:
        return Why.HOLE
    if run.to <= reading.next:
        return Why.KNOWN
    return Why.APPLIED if run.first == reading.next else Why.PARTLY


def new_ones(wanted: int, offsets: Sequence[int], items: Sequence[Any]) -> Sequence[Any]:
    """Return the items whose offsets are wanted; offsets ascend."""
    if not offsets or offsets[0] >= wanted:
        return items
    return [item for offset, item in zip(offsets, items, strict=True) if offset >= wanted]

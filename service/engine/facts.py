"""What can be known of a case: kinds of facts, and what sets of them say."""

from enum import IntEnum
from typing import NamedTuple

from service.engine.plan import Promise
from service.engine.promise import Pause
from service.engine.zone import Zone


class Fact(IntEnum):
    """Say what a fact does to a case; the numbers are the order of facts at one instant.

    An answer comes before a cancellation (02, "Settled points"), both before what breaks the
    promise, and that before what makes it run anew.
    """

    START = 0
    ANSWER = 1
    CANCEL = 2
    BREAK = 3
    RESTART = 4
    RESUME = 5
    PAUSE = 6


class Known(NamedTuple):
    """Keep one fact: when, what, the event's key, and the text of a time that some kinds carry.

    The text ends a pause or is the new date of a restart; it is read in the zone of the case's
    unit, which a fact that comes before its start cannot know yet.
    """

    time: int
    kind: Fact
    key: int
    text: str = ""


class Pinned(NamedTuple):
    """Hold what a case keeps of the configuration in force at its start.

    `marks` are passed by those who still wait, `looks` are taken of every case (the checkpoints of
    the rule `pace`); both in percent of the promise.
    """

    plan: int
    marks: tuple[int, ...]
    pause_has_end: bool
    promise: Promise
    zone: Zone | None
    looks: tuple[int, ...] = ()


class End(IntEnum):
    """Say how a case ended, if it has."""

    NOT = 0
    ANSWERED = 1
    CANCELLED = 2
    BROKEN = 3


def first_end(facts: tuple[Known, ...]) -> tuple[End, int | None]:
    """Return how and when the first answer or cancellation ended a case."""
    ends = [fact for fact in facts if fact.kind in (Fact.ANSWER, Fact.CANCEL)]
    if not ends:
        return End.NOT, None
    first = min(ends)
    return (End.ANSWERED if first.kind is Fact.ANSWER else End.CANCELLED), first.time


def toggled(facts: tuple[Known, ...]) -> list[Pause]:
    """Pair each pause with the first resumption after it; the last may have none."""
    found: list[Pause] = []
    began: int | None = None
    for fact in sorted(facts):
        if fact.kind is Fact.PAUSE and began is None:
            began = fact.time
        elif fact.kind is Fact.RESUME and began is not None:
            found.append((began, fact.time))
            began = None
    if began is not None:
        found.append((began, None))
    return found

"""What happens next to a case: the items that the timeline puts in order.

An item is (instant, rank, checkpoint).  Ranks put facts before due instants before window edges
at one instant; a checkpoint is a percentage of the promise, or one of the words below.
"""

from service.engine.case import Case
from service.engine.facts import End
from service.engine.promise import FULL
from service.engine.shown import next_change

FACT, DUE, EDGE, LAST = range(4)
START, END, FORGET, CHANGE = -4, -3, -2, -1
_CANCELLED = End.CANCELLED

Item = tuple[int, int, int]
NOTHING: Item = (2**62, LAST, 0)


def next_item(case: Case, correct_for_ms: int) -> Item:
    """Return the first thing still to happen to a case; NOTHING if only facts can move it."""
    if not case.counted:
        return case.started, FACT, START
    if case.seen_end:
        return _after_the_end(case, correct_for_ms)
    found = NOTHING if not case.facts else _told(case)
    if not case.scored:
        at = case.score_at
        # An end at the same instant comes before the score.
        if at is not None and at < found[0] and not _gave_up(case):
            found = (at, DUE, FULL)
    if case.next_mark < len(case.pinned.marks):
        found = _or_mark(case, found)
    return found if case.next_look >= len(case.pinned.looks) else _or_look(case, found)


def _gave_up(case: Case) -> bool:
    """Tell whether the customer ended it in time, so that there is nothing to score."""
    return case.end is _CANCELLED and case.outcome == "gave up"


def _after_the_end(case: Case, correct_for_ms: int) -> Item:
    """Return the score or the look that is still due, else when the case may be forgotten."""
    found = NOTHING
    if not case.scored:
        at = case.score_at
        if at is not None and not _gave_up(case):
            found = (at, DUE, FULL)
    if case.next_look < len(case.pinned.looks):
        found = _or_look(case, found)
    if found is not NOTHING:
        return found
    over = max(case.ended or 0, case.due or 0, case.started)
    return over + correct_for_ms, LAST, FORGET


def _told(case: Case) -> Item:
    """Return the end or the change of the due instant that facts tell of."""
    found = NOTHING
    if case.ended is not None:
        found = (max(case.ended, case.started), FACT, END)
    change = next_change(case)
    return found if change is None or change >= found[0] else (change, FACT, CHANGE)


def _or_mark(case: Case, found: Item) -> Item:
    """Return the next mark if it comes first; an end at the same instant comes before it."""
    percent = case.pinned.marks[case.next_mark]
    at = case.mark_at(percent)
    if at is None or at > found[0] or (case.ended is not None and at >= case.ended):
        return found
    return min(found, (at, DUE, percent))


def _or_look(case: Case, found: Item) -> Item:
    """Return the next look if it comes first; of who has gone nothing more is learned."""
    percent = case.pinned.looks[case.next_look]
    at = case.mark_at(percent)
    if at is None or at > found[0]:
        return found
    if case.end is _CANCELLED and case.ended is not None and case.ended <= at:
        return found
    return min(found, (at, DUE, percent))

"""Letting go, once a day, of what no fact can reach any more.

What is due lets go of itself: a finished case has an instant of its own for that.  The rest is
looked through here, by the longest `correct_for` of all sources.
"""

from service.engine.absence import Absence
from service.engine.adoption import Adopted
from service.engine.seen import Seen


def forget(at_work: Adopted, seen: Seen, absence: Absence, now: int) -> None:
    """Let go of what is older than the correction horizon."""
    kept = max((source.correct_for_ms for source in at_work.plan.sources.values()), default=0)
    before = now - kept
    seen.forget(before)
    absence.forget(before)
    for line in at_work.timelines:
        line.counts.forget_days()
    for track in at_work.tracks:
        track.forget_given(before)
        for floor in track.shelves.floors.values():
            floor.settle(before)
    for book in at_work.books.values():
        book.forget(before)
    for track in at_work.tracks:
        track.shelves.forget_floors()

"""What a case's row shows: only what had happened by the watermark, though more may be known."""

from service.engine.case import Case
from service.engine.facts import Fact, Known


def due_at(case: Case, at: int) -> int | None:
    """Return the due instant as the facts up to an instant give it."""
    for fact in case.facts:
        if fact.time > at:
            break
    else:
        return case.due
    before = Case(case.id, case.track, tuple(fact for fact in case.facts if fact.time <= at))
    who = (case.customer, case.via, case.provenance)
    start = Known(case.started, Fact.START, case.start_key)
    before.begin(start, who, case.place, case.first_terms, case.pinned)
    return before.due


def next_change(case: Case) -> int | None:
    """Return when the due instant changes next for those who look at the row."""
    found = None
    for fact in case.facts:
        if fact.kind >= Fact.RESTART and fact.time > case.shown:
            found = fact.time if found is None else min(found, fact.time)
    return found

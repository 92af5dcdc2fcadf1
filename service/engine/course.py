"""One step of one case: what passes when the timeline reaches its next item.

`happen` changes the case's progress and returns what streams must count; it touches nothing else,
so the same function serves the timeline and the correction of the past (service.engine.mending).
Inside a gap an absence is not judged: the score is `unknown`, a mark is passed in silence, unless
a fact dated inside the gap says how it ended (01, section 6).  What is excluded is counted nowhere.
"""

from service.engine.case import Case
from service.engine.circumstances import Circumstances
from service.engine.facts import End
from service.engine.gaps import Gap, covering, holds
from service.engine.item import CHANGE, DUE, END, FACT, START
from service.engine.promise import FULL
from service.engine.scored import Scored, What

Items = tuple[Scored, ...]
NOTHING: Items = ()


def happen(case: Case, instant: int, checkpoint: int, around: Circumstances) -> Items:
    """Take a case one step along and return what its streams count."""
    if checkpoint == START:
        case.counted = case.counted or "new"
    elif checkpoint == END:
        return _end(case, instant)
    elif checkpoint == CHANGE:
        case.shown = instant
    elif checkpoint >= 0:
        return _pass(case, instant, checkpoint, around)
    return NOTHING


def _end(case: Case, instant: int) -> Items:
    case.seen_end = True
    if not case.listed:
        return NOTHING
    case.listed = False
    return _told(case, Scored(instant, FACT, case.started, case.id, END, What.END, False, case))


def _pass(case: Case, instant: int, percent: int, around: Circumstances) -> Items:
    """Pass the due instant, a break, or a mark; at the due instant the score comes first."""
    made: Items = NOTHING
    if percent == FULL and not case.scored and case.score_at == instant:
        made = _score(case, instant, around)
    marks, looks = case.pinned.marks, case.pinned.looks
    if case.next_mark < len(marks) and marks[case.next_mark] == percent:
        made += _mark(case, instant, percent, around)
    if case.next_look < len(looks) and looks[case.next_look] == percent:
        made += _look(case, instant, percent, around)
    return made


def _mark(case: Case, instant: int, percent: int, around: Circumstances) -> Items:
    """Pass a mark, if somebody still waits."""
    if case.seen_end or case.mark_at(percent) != instant:
        return NOTHING
    case.next_mark += 1
    if case.scored == "unknown" or (around.gaps and _unseen(case, instant, around.gaps)):
        return NOTHING
    if around.left_out and around.leave_out(case):
        return NOTHING
    case.listed = True
    mark = Scored(instant, DUE, case.started, case.id, percent, What.MARK, False, case)
    return _told(case, mark)


def _look(case: Case, instant: int, percent: int, around: Circumstances) -> Items:
    """Look whether the case is still open; the first look that finds an answer is the last.

    What cannot be known ends the looks too: how many of those who were open at the checkpoint
    before stay open says nothing of one who was not seen there.
    """
    if case.mark_at(percent) != instant:
        return NOTHING
    # An answer at the very instant of the look counts as an answer.
    is_open = case.end is not End.ANSWERED or case.ended is None or case.ended > instant
    unseen = is_open and not case.is_broken and around.gaps
    if case.scored == "unknown" or (unseen and _unseen(case, instant, around.gaps)):
        return _looked_last(case)
    if around.left_out and around.leave_out(case):
        return _looked_last(case)
    case.next_look += 1
    if not is_open:
        _looked_last(case)
    look = Scored(instant, DUE, case.started, case.id, percent, What.LOOK, is_open, case)
    return _told(case, look)


def _looked_last(case: Case) -> Items:
    case.next_look = len(case.pinned.looks)
    return NOTHING


def _score(case: Case, instant: int, around: Circumstances) -> Items:
    gaps = around.gaps
    case.scored = case.verdict
    absent = case.scored == "late" and not case.is_broken
    if case.scored == "unknown" or (gaps and absent and _unseen(case, instant, gaps)):
        case.scored = "unknown"
        return NOTHING
    if around.left_out and around.leave_out(case):
        return NOTHING
    late = case.scored == "late"
    return _told(case, Scored(instant, DUE, case.started, case.id, FULL, What.SCORE, late, case))


def _unseen(case: Case, instant: int, gaps: list[Gap]) -> bool:
    """Tell whether an absence at an instant may only be a missing report."""
    gap = covering(gaps, instant)
    return gap is not None and not holds(gap, case.ended)


def _told(case: Case, item: Scored) -> Items:
    case.told = (*case.told, item)
    return (item,)

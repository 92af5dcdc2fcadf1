"""How far the figures of a week can be trusted: who reported them, and what looks entered to please.

Three habits make a promise look kept: to answer just before it runs out, to close many cases at
once, and to enter an answer long after it was given.  They are counted over the whole company and
name nobody; a count is a question, not a verdict.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from service.report.people import CaseRow

MINUTE_MS = 60_000
AT_ONCE_MIN = 10
SELF_REPORTED = "self-reported"
_ANSWERED = ("kept", "late")


class Trust(NamedTuple):
    """Count cases by who reported them, and answers by how they were entered.

    `unsaid` are cases of which no feed says who reported them.  `last_minute` are answers in the
    sixty seconds before the promise ran out, `at_once` those of ten or more in one minute at one
    unit, `entered_late` those that were recorded more than an hour after they were given.
    """

    cases: int
    self_reported: int
    unsaid: int
    answers: int
    last_minute: int
    at_once: int
    entered_late: int = 0


class Blind(NamedTuple):
    """Name a source that is silent now, since when, and the stages that look better for it."""

    source: str
    since: int
    stages: tuple[str, ...]


def trust_of(rows: Iterable[CaseRow], ratios: Collection[str]) -> Trust:
    """Return the counts; `ratios` are touchpoints at which nobody answers anything."""
    known = list(rows)
    answers = [row for row in known if row.outcome in _ANSWERED and row.touchpoint not in ratios]
    answers = [row for row in answers if row.ended is not None and row.answered]
    minutes = Counter(_minute(row) for row in answers)
    return Trust(
        len(known),
        sum(row.provenance == SELF_REPORTED for row in known),
        sum(not row.provenance for row in known),
        len(answers),
        sum(_is_last_minute(row) for row in answers),
        sum(count for count in minutes.values() if count >= AT_ONCE_MIN),
    )


def _minute(row: CaseRow) -> tuple[str, str, int]:
    return row.touchpoint, row.unit, (row.ended or 0) // MINUTE_MS


def _is_last_minute(row: CaseRow) -> bool:
    if row.due is None or row.ended is None:
        return False
    return row.started < row.due - MINUTE_MS <= row.ended <= row.due

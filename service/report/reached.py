"""People who were reached because somebody was warned: the end that all warnings are for.

Of those whom a warning of the week named: to how many a person spoke within two hours of it, and how
many went on to a later step of the journey.  That a warning was closed is no success and is not here.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from service.report.people import CaseRow

SOON_MS = 2 * 3_600_000


class Reached(NamedTuple):
    """Count people; each once, however often we were warned of them."""

    named: int
    soon: int
    went_on: int


# (touchpoint, case) -> when the first warning named it.
Named = Mapping[tuple[str, str], int]


def reached_of(named: Named, rows: Iterable[CaseRow]) -> Reached | None:
    """Return what became of the people whom warnings named; None where they named nobody.

    Going on is to be served at another touchpoint after the warning.
    """
    known = list(rows)
    by_case: dict[str, list[CaseRow]] = {}
    for row in known:
        by_case.setdefault(row.case, []).append(row)
    people, soon, went_on = set(), set(), set()
    for (touchpoint, case), at in named.items():
        for row in by_case.get(case, ()):
            is_here = row.touchpoint == touchpoint
            if is_here:
                people.add(row.person)
            if row.ended is None or row.ended < at or not row.answered:
                continue
            if not is_here:
                went_on.add(row.person)
            elif row.ended <= at + SOON_MS:
                soon.add(row.person)
    return Reached(len(people), len(soon), len(went_on & people)) if people else None

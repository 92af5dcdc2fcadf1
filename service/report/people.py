"""People, not cases: every customer once, by the worst that was lived.

Who asked twice and was let down once was let down.  So each customer stands in exactly one column,
and asked = kept + late + gave up + unknown + open holds for people as it does for cases.
"""

from collections.abc import Iterable
from typing import NamedTuple

# The worst first; what nobody knows is worse than what may still be kept.
WORST_FIRST = ("late", "gave up", "unknown", "open", "kept")


class CaseRow(NamedTuple):
    """State how one case stands against one promise, as it is stored; times are UTC milliseconds."""

    touchpoint: str
    case: str
    customer: str
    unit: str
    started: int
    due: int | None
    ended: int | None
    outcome: str
    provenance: str
    answered: bool = True

    @property
    def person(self) -> str:
        """Return whom the case counts for; one without a customer is one of its own."""
        return self.customer or f"case {self.case}"

    @property
    def broken_at(self) -> int:
        """Return when a late case was: at its due instant, or before it where something broke it."""
        known = [at for at in (self.due, self.ended) if at is not None]
        return min(known, default=self.started)


class WaitRow(NamedTuple):
    """State who is on the call-back list: past which mark, and for how long on both clocks."""

    touchpoint: str
    case: str
    customer: str
    mark: int
    own_ms: int
    open_ms: int


class People(NamedTuple):
    """Count people by how they stand; `unanswered` are those of the late who have no answer yet."""

    asked: int
    kept: int
    late: int
    gave_up: int
    unknown: int
    open: int
    unanswered: int


class Waits(NamedTuple):
    """Count who waits past the promise now; the lengths are those of who waits longest."""

    people: int
    own_ms: int
    open_ms: int


def worst(rows: Iterable[CaseRow]) -> dict[str, CaseRow]:
    """Return the row by which each person counts: the first of the worst."""
    found: dict[str, CaseRow] = {}
    for row in sorted(rows, key=lambda row: (WORST_FIRST.index(row.outcome), row.started)):
        found.setdefault(row.person, row)
    return found


def counted(rows: Iterable[CaseRow]) -> People:
    """Return how many people stand how."""
    known = list(rows)
    standing = [row.outcome for row in worst(known).values()]
    counts = {name: standing.count(name) for name in WORST_FIRST}
    unanswered = {row.person for row in known if row.outcome == "late" and row.ended is None}
    return People(
        len(standing),
        counts["kept"],
        counts["late"],
        counts["gave up"],
        counts["unknown"],
        counts["open"],
        len(unanswered),
    )


def waits_of(rows: Iterable[WaitRow]) -> Waits:
    """Return who of a call-back list is past the promise itself, not only on the way to it."""
    past = [row for row in rows if row.mark >= 100]  # noqa: PLR2004 - percent of the promise
    longest = max(past, key=lambda row: row.own_ms, default=None)
    people = len({row.customer or f"case {row.case}" for row in past})
    return Waits(people, longest.own_ms if longest else 0, longest.open_ms if longest else 0)

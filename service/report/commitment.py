"""What leaders promised to do together: at most three at a time, each with a count of people.

A commitment is opened, looked at again and closed; nothing here writes or reads a clock.  Closing
one says nothing about whether it helped: the count of people does, so it is taken at the beginning,
at every review and at the end, always from the same stored cases.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple, Self

from alerts.spans import DAY_MS
from service.report.descent import Course
from service.report.people import CaseRow

MAX_OPEN = 3
# Who asked longer ago than this is no longer counted as waiting.
WAITED_MS = 28 * DAY_MS


class Counts(StrEnum):
    """Say which people a commitment counts."""

    LET_DOWN = "let down"
    WAITING = "waiting"


class State(StrEnum):
    """Say how a commitment stands; a closed one stays closed."""

    PROPOSED = "proposed"
    OPEN = "open"
    CLOSED = "closed"


class Reason(StrEnum):
    """Say what became of a wish to change one."""

    OPENED = "opened"
    REVIEWED = "reviewed"
    CLOSED = "closed"
    FULL = "three are open"
    ALREADY = "it is open already"
    SAME = "one for this touchpoint and place is open already"
    OVER = "it is closed"
    PAST = "its day is over already"
    NOT_OPEN = "it is not open"


DONE = frozenset({Reason.OPENED, Reason.REVIEWED, Reason.CLOSED})


class Review(NamedTuple):
    """Keep one look at a commitment: when, how many people, and a word about it."""

    at: int
    people: int
    note: str


@dataclass(frozen=True, slots=True)
class Commitment:
    """Hold one commitment; `leader` is a role, never a person, and `by_at` the end of the day `by`.

    A proposal has a place and the episodes for which it was made, and nothing else yet.
    """

    id: str
    state: State
    touchpoint: str
    per: str
    scope: str
    began_at: int
    what: str = ""
    leader: str = ""
    functions: tuple[str, ...] = ()
    by: str = ""
    by_at: int = 0
    counts: Counts = Counts.LET_DOWN
    count_before: int = 0
    aim: int = 0
    reviews: tuple[Review, ...] = ()
    closed_at: int | None = None
    count_after: int | None = None
    why_closed: str = ""
    alert: str = ""
    episodes: int = 0

    @property
    def changed_at(self) -> int:
        """Return when it was opened, or closed, or proposed."""
        return self.began_at if self.closed_at is None else self.closed_at

    @property
    def place(self) -> tuple[str, str, str]:
        """Return what it is about: the touchpoint, the kind of place, the place."""
        return self.touchpoint, self.per, self.scope

    def to_row(self) -> dict[str, Any]:
        """Return it as data that is ready for JSON."""
        return asdict(self) | {"reviews": [list(review) for review in self.reviews]}

    @classmethod
    def from_row(cls, row: Mapping[str, Any], state: str) -> Self:
        """Return it from its data, or from that of a proposal."""
        known = {name: row[name] for name in cls.__slots__ if name in row}
        return cls(
            **known
            | {
                "state": State(state),
                "began_at": row.get("began_at", row.get("at", 0)),
                "counts": Counts(row.get("counts", Counts.LET_DOWN)),
                "functions": tuple(row.get("functions", ())),
                "reviews": tuple(Review(*review) for review in row.get("reviews", ())),
            }
        )


class Change(NamedTuple):
    """Say what became of a wish, and the commitment as it stands now."""

    reason: Reason
    commitment: Commitment

    @property
    def is_done(self) -> bool:
        """Tell whether anything changed."""
        return self.reason in DONE


def opened(standing: Iterable[Commitment], wanted: Commitment) -> Change:
    """Open a commitment beside those that stand; `standing` may hold its own proposal."""
    found = list(standing)
    mine = [one for one in found if one.id == wanted.id and one.state is not State.PROPOSED]
    if mine:
        over = mine[0].state is State.CLOSED
        return Change(Reason.OVER if over else Reason.ALREADY, mine[0])
    others = [one for one in found if one.state is State.OPEN]
    if any(one.place == wanted.place for one in others):
        return Change(Reason.SAME, wanted)
    if len(others) >= MAX_OPEN:
        return Change(Reason.FULL, wanted)
    if wanted.by_at <= wanted.began_at:
        return Change(Reason.PAST, wanted)
    return Change(Reason.OPENED, replace(wanted, state=State.OPEN))


def reviewed(commitment: Commitment, review: Review) -> Change:
    """Look at an open commitment again."""
    if commitment.state is not State.OPEN:
        return Change(_not_open(commitment), commitment)
    reviews = (*commitment.reviews, review)
    return Change(Reason.REVIEWED, replace(commitment, reviews=reviews))


def closed(commitment: Commitment, at: int, count: int, why: str) -> Change:
    """Close an open commitment with the count as it is then, or turn a proposal down."""
    if commitment.state is State.CLOSED:
        return Change(Reason.OVER, commitment)
    after = count if commitment.state is State.OPEN else None
    done = replace(commitment, state=State.CLOSED, closed_at=at, count_after=after, why_closed=why)
    return Change(Reason.CLOSED, done)


def let_down(rows: Iterable[CaseRow], begin: int, end: int) -> int:
    """Return how many people were let down who asked in [begin, end)."""
    late = (row for row in rows if row.outcome == "late" and begin <= row.started < end)
    return len({row.person for row in late})


def still_waiting(rows: Iterable[CaseRow], at: int) -> int:
    """Return how many people were past the promise at an instant, and had no answer yet."""
    waits = (
        row
        for row in rows
        if row.outcome == "late"
        and at - WAITED_MS <= row.started < at
        and row.broken_at <= at
        and (row.ended is None or row.ended > at)
    )
    return len({row.person for row in waits})


class Together(NamedTuple):
    """Hold what a week's page shows of a commitment: the count of the week, and its course.

    `title` is the touchpoint's, `where` the name of the place; the whole company has none.
    """

    commitment: Commitment
    title: str
    where: str
    now: int
    course: Course


def _not_open(commitment: Commitment) -> Reason:
    return Reason.OVER if commitment.state is State.CLOSED else Reason.NOT_OPEN

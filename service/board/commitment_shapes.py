"""The shapes in which commitments are asked for and told over HTTP."""

from datetime import date
from typing import Literal, Self

from pydantic import Field

from service.board.operation import Shape
from service.report.commitment import Commitment, Review

PEOPLE_MAX = 1_000_000_000
_CHARACTERS_MAX = 200
_FUNCTIONS_MAX = 10


class CommitmentQuery(Shape):
    """Choose commitments: in a state, the open ones first."""

    state: Literal["", "proposed", "open", "closed"] = ""
    limit: int = Field(default=100, ge=1, le=1000)


class CommitmentIn(Shape):
    """Open a commitment: from a proposal, or at a touchpoint and a place as `region:north`."""

    proposal: str = Field(default="", max_length=_CHARACTERS_MAX)
    touchpoint: str = Field(default="", max_length=_CHARACTERS_MAX)
    at: str = Field(default="company", max_length=_CHARACTERS_MAX)
    what: str = Field(default="", max_length=_CHARACTERS_MAX)
    leader: str = Field(min_length=1, max_length=_CHARACTERS_MAX)
    functions: list[str] = Field(default=[], max_length=_FUNCTIONS_MAX)
    aim: int = Field(ge=0, le=PEOPLE_MAX)
    by: date
    counts: Literal["let down", "waiting"] = "let down"


class ReviewIn(Shape):
    """Look at a commitment again; the service counts."""

    note: str = Field(default="", max_length=_CHARACTERS_MAX)


class CloseIn(Shape):
    """Close a commitment, and say why; the service counts."""

    why: str = Field(min_length=1, max_length=_CHARACTERS_MAX)


class ReviewOut(Shape):
    """Tell of one look at a commitment."""

    at: int
    people: int
    note: str

    @classmethod
    def of(cls, review: Review) -> Self:
        """Return a review."""
        return cls(**review._asdict())


class CommitmentOut(Shape):
    """Tell of one commitment; `at` is when it was proposed, opened or closed, UTC milliseconds."""

    id: str
    at: int
    state: str
    touchpoint: str
    per: str
    scope: str
    episodes: int
    alert: str
    what: str
    leader: str
    functions: list[str]
    began_at: int
    by: str
    counts: str
    count_before: int
    aim: int
    reviews: list[ReviewOut]
    closed_at: int | None
    count_after: int | None
    why_closed: str

    @classmethod
    def of(cls, one: Commitment) -> Self:
        """Return a commitment."""
        row = one.to_row()
        known = {name: row[name] for name in cls.model_fields if name in row}
        reviews = [ReviewOut.of(review) for review in one.reviews]
        return cls(**known | {"at": one.changed_at, "reviews": reviews})

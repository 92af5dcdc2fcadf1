"""Customers as assets: which events say that somebody joined, left, bought more or went quiet.

One block for the whole company, with a version and the names of those who agreed on it: where every
department defines "a new customer" for itself, nobody can say whether the company grows.  Nothing in
it opens or closes an alert; it is read for the weekly page alone.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from service.settings.block import Block, DataField, Name, Text
from service.settings.length import UNIT_MS, Elapsed

LIVED_WITHIN_MS = 90 * UNIT_MS["d"]
DEFAULT = "default"


class Definitions(Block):
    """State which version of the definitions holds, and who agreed on it together."""

    version: int = Field(ge=1)
    owners: Annotated[tuple[Text, ...], Field(min_length=1)]


class Joined(Block):
    """Name the event that says somebody became a customer, or of which the first one makes one."""

    event: Text | None = None
    first: Text | None = None
    value: DataField | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.event) == bool(self.first):
            raise ValueError("write `event: NAME`, or `first: NAME` where no event says it")
        return self

    @property
    def type(self) -> str:
        """Return the type of event under whichever key it stands."""
        return self.event or self.first or ""


class Left(Block):
    """Name the event that says somebody left, and where the reason and the lost value stand."""

    event: Text
    reason: DataField | None = None
    value: DataField | None = None


class MoreOrLess(Block):
    """Name the event that says somebody bought more or cut back; below zero is less."""

    event: Text
    value: DataField


class Moved(Block):
    """Name the event that says somebody moved between tiers, which stand from the lowest up."""

    event: Text
    before: DataField
    after: DataField
    tiers: Annotated[tuple[Text, ...], Field(min_length=2)]


class Segments(Block):
    """Say where a customer's segment stands, and which are those that growth comes from."""

    field: DataField
    core_growth: tuple[Text, ...] = ()


class Customers(Block):
    """Hold what the company has agreed on about its customers."""

    definitions: Definitions
    joined: Joined
    left: Left | None = None
    activity: tuple[Text, ...] = ()
    lapsed_after: dict[Name, Elapsed] = Field(default_factory=dict)
    more_or_less: MoreOrLess | None = None
    moved: Moved | None = None
    referred: Text | None = None
    segments: Segments | None = None
    lived_within: Elapsed = LIVED_WITHIN_MS
    value_is: Literal["a year", "one purchase"] = "a year"

    @model_validator(mode="after")
    def _can_lapse(self) -> Self:
        if self.lapsed_after and DEFAULT not in self.lapsed_after:
            raise ValueError("`lapsed_after` needs a `default`, for customers of no named segment")
        if len(self.lapsed_after) > 1 and self.segments is None:
            raise ValueError(
                "`lapsed_after` names segments, and no `segments` say where they stand"
            )
        return self

    def events(self) -> dict[tuple[str | int, ...], str]:
        """Return the type of event under each path, in the order of the block."""
        found: dict[tuple[str | int, ...], str] = {
            ("joined", "event" if self.joined.event else "first"): self.joined.type
        }
        for name in ("left", "more_or_less", "moved"):
            if block := getattr(self, name):
                found[name, "event"] = block.event
        found |= {("activity", place): event for place, event in enumerate(self.activity)}
        return found | ({("referred",): self.referred} if self.referred else {})

    def fields(self) -> dict[str, set[str]]:
        """Return for each type of event the fields that are read from it."""
        always = {self.segments.field} if self.segments else set()
        wanted = {event: set(always) for event in self.events().values()}
        wanted[self.joined.type] |= _read_from(self.joined)
        for block in (self.left, self.more_or_less, self.moved):
            if block is not None:
                wanted[block.event] |= _read_from(block)
        return wanted


def _read_from(block: Block) -> set[str]:
    values = (getattr(block, name, None) for name in ("value", "reason", "before", "after"))
    return {value for value in values if value}

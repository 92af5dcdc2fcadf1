"""What customers say by themselves: one list of categories for the whole company.

Where each department sorts messages its own way, the volumes cannot be added up and nobody sees that
a dozen small piles are one large one.  A message never opens or closes an alert.
"""

from typing import Literal, get_args

from pydantic import Field

from service.engine.where import fields as where_fields
from service.settings.block import DATA, Block, DataField, Name, Text
from service.settings.measure import Condition

Kind = Literal["unaided", "aided", "experiential"]
KINDS = get_args(Kind)


class Category(Block):
    """Name one category in plain words, and the touchpoint that it is about, if any."""

    title: Text
    touchpoint: Name | None = None


class Feedback(Block):
    """Name the event that brings a message, where its category and kind stand, and the list.

    `kind` is a field, or one word where all messages are of one kind.
    """

    event: Text
    where: Condition = None
    category: DataField | None = None
    kind: Kind | DataField = "unaided"
    categories: dict[Name, Category] = Field(default_factory=dict)

    def fields(self) -> set[str]:
        """Return the fields that are read from a message."""
        named = {self.category} if self.category else set()
        if self.kind not in KINDS:
            named.add(self.kind)
        return named | {f"{DATA}{name}" for name in where_fields(self.where)}

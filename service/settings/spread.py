"""The rule `spread` as people write it: it depends on where you live, or on how you ask."""

from typing import Literal

from pydantic import Field

from service.engine.plan import Span
from service.engine.zone import DAY_MS
from service.settings.block import Block, Name
from service.settings.length import Length

Across = Literal["unit", "via"]


class SpreadMinimum(Block):
    """State how many late cases it takes before anything is said."""

    late: int = Field(default=10, ge=2)


class SpreadRule(Block):
    """Open when few units, or one way in, hold most of those let down, and the average is fine."""

    id: Name
    kind: Literal["spread"]
    across: tuple[Across, ...] = Field(default=("unit",), min_length=1)
    over: Length = Span("elapsed", 28 * DAY_MS)
    level: Literal["watch", "warning", "critical"] = "warning"
    minimum: SpreadMinimum = SpreadMinimum()
    per: Literal["region", "company"] = "company"

    def ids(self) -> dict[str, str]:
        """Return what is compared, by the id of the finding that tells of it."""
        if len(self.across) == 1:
            return {self.id: self.across[0]}
        return {f"{self.id}-{what}": what for what in self.across}

    def levels(self) -> tuple[str, ...]:
        """Return the levels at which this rule can speak."""
        return (self.level,)

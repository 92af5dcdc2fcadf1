"""What customers are asked afterwards: the lagging check, never a trigger.

No rule reads a survey.  An answer is filed under the day on which the customer lived the touchpoint,
not under the day on which it came, or no lead could be measured.
"""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from service.settings.block import Block, DataField, Name, Text, data_path
from service.settings.length import UNIT_MS, Elapsed
from service.settings.measure import Number

OVER_MS = 28 * UNIT_MS["d"]


class Drop(Block):
    """State when a survey result counts as fallen: over which window, from how many answers on."""

    over: Elapsed = OVER_MS
    answers: int = Field(default=30, ge=2)


class Survey(Block):
    """State which event brings an answer, where its score stands, and what it is about."""

    event: Text
    score: DataField
    scale: tuple[Number, Number]
    touchpoints: Annotated[tuple[Name, ...], Field(min_length=1)]
    drop: Drop = Drop()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.scale[0] >= self.scale[1]:
            raise ValueError("a scale goes from the worst score to the best: [1, 10]")
        return self

    def score_in(self, data: Mapping[str, object]) -> float | None:
        """Return the score that an answer carries, None where it is none of the scale."""
        score = data.get(data_path(self.score))
        if isinstance(score, bool) or not isinstance(score, int | float):
            return None
        worst, best = self.scale
        return float(score) if worst <= score <= best else None

"""Days that do not count: roads were closed, a fair was on, the feed was wrong.

An exclusion takes cases out of the measure; a silence would only mute messages.  Past days are
judged again, and what was alarmed for nothing is withdrawn.
"""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from service.settings.block import Block, Name, Text


def _day(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ValueError(f'"{text}" is no date; write it as 2026-12-24')


Day = Annotated[Text, AfterValidator(_day)]
Names = Annotated[tuple[Text, ...], Field(min_length=1)]


class Exclusion(Block):
    """Leave out the cases that start on some days, everywhere or only in some places."""

    name: Name
    first_day: Day
    last_day: Day
    why: Text
    touchpoints: Names | None = None
    regions: Names | None = None
    units: Names | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"the last day {self.last_day} lies before the first {self.first_day}")
        return self

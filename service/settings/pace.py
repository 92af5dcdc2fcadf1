"""The rule `pace` as people write it: how much worse is worth a warning, and how often for nothing.

Both are business words; the statistics follow from them (service.detection).  A threshold to tune
was rejected: the right one depends on each unit's own volume, and nobody knows it.
"""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from service.settings.block import Block, Name

PPM = 1_000_000
PARTS = 1000
PERCENT = 100
CHECKPOINTS_MAX = 6
TIMES_MAX = 20
WEEKS_A_YEAR = 52.1775
_ODDS = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)x odds")
_RATE = re.compile(
    r"(\d{1,4}) per (?:(\d{1,6}) )?(unit|region|company|companie)-(year|month|week)s?"
)
_A_YEAR = {"year": 1.0, "month": 12.0, "week": WEEKS_A_YEAR}


def parse_odds(text: object) -> int:
    """Return how many times the usual odds of being late are worth a warning, in thousandths."""
    found = _ODDS.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"cannot read {text!r}; write how much worse is worth it as 3x odds")
    odds = round(float(found[1]) * PARTS)
    if odds <= PARTS:
        raise ValueError(f"{text!r} is not worse than usual; write more than 1x odds")
    return odds


def parse_rate(text: object) -> int:
    """Return how often false alarms may come at one place, in millionths a year."""
    found = _RATE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(
            f"cannot read {text!r}; write 1 per unit-year, 1 per 1000 unit-weeks, "
            "or 1 per 5 region-years"
        )
    count, places = int(found[1]), int(found[2] or "1")
    if not count or not places:
        raise ValueError(f"{text!r} means never; leave the line out instead")
    return max(round(count / places * _A_YEAR[found[4]] * PPM), 1)


def _times(value: object) -> object:
    """Return checkpoints in percent, from multiples of the promise."""
    if not isinstance(value, list | tuple):
        return value
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
        raise ValueError("write checkpoints as multiples of the promise: [0.5, 1, 2]")
    if not value or any(not 0 < one <= TIMES_MAX for one in value):
        raise ValueError(f"checkpoints lie above 0 and up to {TIMES_MAX} times the promise")
    found = tuple(sorted({round(one * PERCENT) for one in value}))
    if PERCENT not in found or 0 in found or len(found) > CHECKPOINTS_MAX:
        raise ValueError(f"the promise itself, 1, must be a checkpoint; at most {CHECKPOINTS_MAX}")
    return found


def _plain(value: object) -> object:
    """Read a single rate as the one of warnings."""
    return {"warning": value} if isinstance(value, str) else value


Odds = Annotated[int, BeforeValidator(parse_odds, json_schema_input_type=str)]
Rate = Annotated[int, BeforeValidator(parse_rate, json_schema_input_type=str)]
Times = Annotated[
    tuple[int, ...], BeforeValidator(_times, json_schema_input_type=tuple[float, ...])
]


class FalseWarnings(Block):
    """State how often each level may come for nothing; one that is left out never comes."""

    watch: Rate | None = None
    warning: Rate | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.watch is None and self.warning is None:
            raise ValueError("state a rate for `watch`, for `warning`, or for both")
        if self.watch and self.warning and self.watch < self.warning:
            raise ValueError("a watch must be allowed at least as often as a warning")
        return self


Allowed = Annotated[
    FalseWarnings, BeforeValidator(_plain, json_schema_input_type=str | dict[str, str])
]
Mode = Literal["calibrated", "guaranteed"]
USUAL = FalseWarnings.model_validate(
    {"watch": "1 per unit-year", "warning": "1 per 1000 unit-weeks"}
)
IN_FIVE_YEARS = FalseWarnings.model_validate({"warning": "1 per 5 region-years"})


class PaceMinimum(Block):
    """State how many late customers it takes before anything is said."""

    late: int = Field(default=3, ge=1)


class RegionPace(Block):
    """State the same for all cases of a region, told as one."""

    worth_a_warning: Odds = 1600
    false_warnings: Allowed = IN_FIVE_YEARS


def _region(value: object) -> Any:
    return None if value == "off" else value


class PaceRule(Block):
    """Open when a unit is worse than its own usual, with a known rate of false warnings."""

    id: Name
    kind: Literal["pace"]
    worth_a_warning: Odds = 3000
    false_warnings: Allowed = USUAL
    checkpoints: Times = (50, 100, 200)
    region: Annotated[
        RegionPace | None,
        BeforeValidator(_region, json_schema_input_type=RegionPace | Literal["off"]),
    ] = RegionPace()
    mode: Mode = "calibrated"
    minimum: PaceMinimum = PaceMinimum()
    per: Literal["unit", "region", "company"] = "unit"

    @property
    def regional(self) -> RegionPace | None:
        """Return what is said of whole regions; a rule that is not per unit says no more."""
        return self.region if self.per == "unit" else None

    def levels(self) -> tuple[str, ...]:
        """Return the levels at which this rule can speak."""
        region = self.regional
        rates = (self.false_warnings.warning, region and region.false_warnings.warning)
        return ("warning",) if any(rates) else ()

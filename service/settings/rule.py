"""When people are told: the kinds of rule that are built.

`waiting` speaks while customers still wait, `share` when a window was bad, `objective` is the
share rule of the touchpoint's own objective, `pace` (service.settings.pace) speaks when a unit is
worse than its usual, `spread` (service.settings.spread) when it depends on where one asks, `floor`
when a stock stays too low.  Three of them are there without being
written.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from service.settings.block import Block, Name
from service.settings.length import Length, Share
from service.settings.pace import PaceRule
from service.settings.spread import SpreadRule

Level = Literal["watch", "warning", "critical"]
Per = Literal["unit", "region", "company"]
LOUD = ("warning", "critical")
_PERCENT = re.compile(r"([1-9]\d{0,4})%")
_KEPT = re.compile(r"([1-9]\d{0,3}) kept")


def _percent(text: object) -> int:
    found = _PERCENT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"{text!r} is no mark; write it as a share of the promise: 100%")
    return int(found[1])


def _marks(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return tuple(sorted((_percent(mark), level) for mark, level in value.items()))


def _kept(text: object) -> int:
    found = _KEPT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"cannot read {text!r}; write `recover: 5 kept`")
    return int(found[1])


Marks = Annotated[
    tuple[tuple[int, Level], ...],
    BeforeValidator(_marks, json_schema_input_type=dict[str, Level]),
]


class Minimum(Block):
    """State how many cases, and how many late ones, are needed before judging."""

    cases: int = Field(default=10, ge=1)
    late: int = Field(default=3, ge=1)


class WaitingRule(Block):
    """Open when enough customers of a place wait past a mark of the promise."""

    id: Name
    kind: Literal["waiting"]
    at: Marks = ((100, "warning"), (400, "critical"))
    at_least: int = Field(default=3, ge=1)
    recover: Annotated[int, BeforeValidator(_kept, json_schema_input_type=str)] = 5
    per: Per = "unit"

    def levels(self) -> tuple[str, ...]:
        """Return the levels at which this rule can speak."""
        return tuple(level for level in LOUD if level in dict(self.at).values())


class ObjectiveRule(Block):
    """Open when the touchpoint's own objective is missed beyond chance."""

    id: Name
    kind: Literal["objective"]
    level: Level = "warning"
    minimum: Minimum = Minimum()
    recover_above: Share | None = None
    per: Per = "unit"

    def levels(self) -> tuple[str, ...]:
        """Return the levels at which this rule can speak."""
        return (self.level,)


class ShareRule(Block):
    """Open when the kept share of a window falls below a figure beyond chance."""

    id: Name
    kind: Literal["share"]
    kept_below: Share
    over: Length
    level: Level = "warning"
    minimum: Minimum = Minimum()
    recover_above: Share | None = None
    per: Per = "unit"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.recover_above is not None and self.recover_above < self.kept_below:
            raise ValueError("`recover_above` lies below `kept_below`: it would never settle")
        return self

    def levels(self) -> tuple[str, ...]:
        """Return the levels at which this rule can speak."""
        return (self.level,)


class FloorRule(Block):
    """Open when a stock stays below a number for so long."""

    id: Name
    kind: Literal["floor"]
    stock: Name
    below: Annotated[int | float, Field(allow_inf_nan=False)]
    lasting: Length = Field(alias="for")
    level: Level = "warning"
    per: Literal["unit"] = "unit"

    def levels(self) -> tuple[str, ...]:
        """Return the levels at which this rule can speak."""
        return (self.level,)


Rule = Annotated[
    WaitingRule | ObjectiveRule | ShareRule | FloorRule | PaceRule | SpreadRule,
    Field(discriminator="kind"),
]


def rules_in_force(
    written: tuple[Rule, ...], switched_off: tuple[str, ...], *, has_objective: bool, waits: bool
) -> tuple[Rule, ...]:
    """Return the defaults and the written rules; the same id replaces, `rules_off` removes.

    Nobody waits in a ratio, so it has neither `waiting` nor `pace` unless it is written.
    """
    defaults: list[Rule] = []
    if waits:
        defaults += [WaitingRule(id="waiting", kind="waiting"), PaceRule(id="pace", kind="pace")]
    if has_objective:
        defaults.append(ObjectiveRule(id="objective", kind="objective"))
    rules = {rule.id: rule for rule in (*defaults, *written)}
    return tuple(rule for name, rule in rules.items() if name not in switched_off)

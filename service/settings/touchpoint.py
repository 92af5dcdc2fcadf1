"""The moments that make or break a relationship, and the journeys they belong to."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from alerts.orders import DASHBOARD_HOLES
from service.settings.block import Block, EventField, Name, Text
from service.settings.length import Objective
from service.settings.measure import Events, Measure
from service.settings.promise import AtOnce, Promise
from service.settings.rule import Rule, rules_in_force

CLASSES = Literal["customers at risk", "responding to needs", "adding value", "earning growth"]


class Stage(Block):
    """Name one part of a journey in the customer's words."""

    id: Name
    title: Text
    intention: str = ""


class Journey(Block):
    """Order the stages that a customer goes through."""

    title: Text
    executive_owner: Text | None = None
    stages: tuple[Stage, ...] = Field(min_length=1)


class UnitReference(Block):
    """Say which kind of unit is judged and which field of an event names it."""

    kind: Name
    id: EventField = "unit"


def _lines(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _dashboard(address: str) -> str:
    if address and not re.match(r"https?://[^\s/{]", address):
        raise ValueError("it is no address; write it as https://grafana.example/d/..")
    unknown = [hole for hole in re.findall(r"{([^{}]*)}", address) if hole not in DASHBOARD_HOLES]
    if unknown:
        known = ", ".join(f"{{{hole}}}" for hole in DASHBOARD_HOLES)
        raise ValueError(f"nothing fills {{{unknown[0]}}}; what may stand there: {known}")
    return address


Lines = Annotated[
    tuple[Text, ...], BeforeValidator(_lines, json_schema_input_type=str | tuple[str, ...])
]


class Touchpoint(Block):
    """State one reliability threshold and all that its alerts say."""

    journey: Name
    stage: Name
    title: Text
    unit: UnitReference
    owner: Text
    measure: Measure
    written: Promise | None = Field(default=None, alias="promise")
    priority: bool = False
    class_: CLASSES | None = Field(default=None, alias="class")
    case: EventField = "case"
    shard: Name | None = None
    contributing: Lines = ()
    upstream: Lines = ()
    do_now: Lines = ()
    runbook: str = ""
    case_url: str = ""
    informed: Events = ()
    expedited: Events = ()
    suggestions: dict[str, str] = Field(default_factory=dict)
    dashboard: Annotated[str, AfterValidator(_dashboard)] = ""
    objective: Objective | None = None
    rules: tuple[Rule, ...] = ()
    rules_off: Lines = ()

    @property
    def promise(self) -> Promise | AtOnce:
        """Return what is promised."""
        return AtOnce() if self.written is None else self.written

    @property
    def clock(self) -> Literal["unit", "customer"]:
        """Return the clock as written, else the one that the promise counts on."""
        if self.measure.clock:
            return self.measure.clock
        counts_open = any(span.kind != "elapsed" for span in self.promise.spans())
        return "unit" if counts_open else "customer"

    def in_force(self) -> tuple[Rule, ...]:
        """Return the rules that judge this touchpoint."""
        return rules_in_force(
            self.rules,
            self.rules_off,
            has_objective=self.objective is not None,
            waits=self.measure.kind == "duration",
        )

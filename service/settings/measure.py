"""What is measured: which events start, stop, cancel, pause or break a case.

Wherever an event is named, a name, a list of them, `{event, where, match}` or a mixture may
stand; all become a tuple of patterns here, so that nobody downstream asks which form it was.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from service.engine.where import parse
from service.settings.block import Block, DataField, EventField, Name, Text


def _condition(text: object) -> Any:
    if not isinstance(text, str):
        raise ValueError(f"a condition is text such as \"by == 'person'\", not {text!r}")  # noqa: TRY004  pydantic collects ValueError only
    return parse(text)


def _patterns(value: Any) -> Any:
    items = value if isinstance(value, tuple) else (value,)
    for item in items:
        if not isinstance(item, str | dict | EventPattern):
            raise ValueError(f"expected the name of an event, found {item!r}")  # noqa: TRY004  pydantic collects ValueError only
    return tuple({"event": item} if isinstance(item, str) else item for item in items)


Number = Annotated[int | float, Field(allow_inf_nan=False)]
Condition = Annotated[Any, BeforeValidator(_condition, json_schema_input_type=str)]


class EventPattern(Block):
    """Name the events that mean something: a type, a condition, fields to find the case by."""

    event: Text
    where: Condition = None
    match: tuple[EventField, ...] = ()


Events = Annotated[
    tuple[EventPattern, ...],
    BeforeValidator(
        _patterns,
        json_schema_input_type=str | EventPattern | tuple[str | EventPattern, ...],
    ),
]


class Pause(Block):
    """State what interrupts the promise: until a date that the event names, or another event."""

    start: Events
    until: DataField | None = None
    stop: Events = ()

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if bool(self.until) == bool(self.stop):
            raise ValueError("a pause ends by `until: data.NAME` or by `stop: EVENT`, one of them")
        return self


class Duration(Block):
    """State one duration: from `start` to `stop`, and all that can happen in between."""

    kind: Literal["duration"]
    start: Events
    stop: Events
    cancel: Events = ()
    pause: Pause | None = None
    restart: Events = ()
    broken_by: Events = ()
    clock: Literal["unit", "customer"] | None = None

    def named(self) -> dict[tuple[str, ...], tuple[EventPattern, ...]]:
        """Return all patterns by the keys under which they stand."""
        pause = self.pause
        return {
            ("start",): self.start,
            ("stop",): self.stop,
            ("cancel",): self.cancel,
            ("pause", "start"): pause.start if pause else (),
            ("pause", "stop"): pause.stop if pause else (),
            ("restart",): self.restart,
            ("broken_by",): self.broken_by,
        }


class StockGood(Block):
    """Call it good if a stock held enough when it was asked for."""

    stock: Name
    key: tuple[EventField, ...] = Field(min_length=1)
    at_least: Number = 1


class ValueGood(Block):
    """Call it good if a value of the event lies within limits."""

    value: DataField
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a value is good within a limit; write `at_most: 30` or `at_least: 1`")
        return self


class EventGood(Block):
    """Call it good if the counted event is one of these."""

    events: Events


def _good(value: Any) -> Any:
    if isinstance(value, dict) and ("stock" in value or "value" in value):
        return value
    return value if isinstance(value, Block) else {"events": value}


def _good_form(value: Any) -> str:
    keys = value if isinstance(value, dict) else vars(value)
    return next((form for form in ("stock", "value") if form in keys), "an event")


Good = Annotated[
    Annotated[StockGood, Tag("stock")]
    | Annotated[ValueGood, Tag("value")]
    | Annotated[EventGood, Tag("an event")],
    Discriminator(_good_form),
    BeforeValidator(_good, json_schema_input_type=Any),
]


class Ratio(Block):
    """State one ratio: of all that is counted, what is good."""

    kind: Literal["ratio"]
    count: Events
    good: Good

    @property
    def stock(self) -> StockGood | None:
        """Return the stock that decides, if one does."""
        return self.good if isinstance(self.good, StockGood) else None

    @property
    def clock(self) -> Literal["customer"]:
        """Return the customer's clock: nobody waits here."""
        return "customer"

    def named(self) -> dict[tuple[str, ...], tuple[EventPattern, ...]]:
        """Return all patterns by the keys under which they stand."""
        good = self.good.events if isinstance(self.good, EventGood) else ()
        return {("count",): self.count, ("good",): good}


Measure = Annotated[Duration | Ratio, Field(discriminator="kind")]

"""What is promised to one customer, in the four forms that people write.

The forms are told apart by their keys, not by a `kind:` that would repeat what the keys already
say.  Names of the forms hold a blank, so that they cannot be taken for keys of the file.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from alerts.tongue import ENGLISH, Tongue, noted
from service.engine.plan import Span
from service.settings.block import Block, DataField, Text, data_path
from service.settings.length import Elapsed, Length, span_text


class SpanPromise(Block):
    """Promise a length of time to everybody: `1h open`."""

    span: Length

    def spans(self) -> tuple[Span, ...]:
        """Return every length that this promise can mean."""
        return (self.span,)

    def text(self, tongue: Tongue = ENGLISH) -> str:
        """Return the promise in words."""
        return span_text(self.span)


_UNTIL, _UNTIL_END = noted("by {field}"), noted("by the end of {field}")
_TAKEN = {
    "later": noted("{both}, whichever is later"),
    "earlier": noted("{both}, whichever is earlier"),
}


class AtOnce(Block):
    """Stand for the promise of a ratio, which is kept or not the moment it is asked for."""

    def spans(self) -> tuple[Span, ...]:
        """Return no length."""
        return ()

    def text(self, tongue: Tongue = ENGLISH) -> str:
        """Return no words: the title says what was promised."""
        return ""


class DatePromise(Block):
    """Promise a date that the event carries, with what stands in where there is none."""

    until: DataField
    end_of: Literal["day"] | None = None
    timezone: Text | None = None
    grace: Elapsed = 0
    otherwise: Length | None = Field(default=None, alias="or")
    take: Literal["later", "earlier"] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.take and not self.otherwise:
            raise ValueError("`take` chooses between the date and `or`; write `or: 4d` as well")
        return self

    def spans(self) -> tuple[Span, ...]:
        """Return every length that this promise can mean."""
        return (self.otherwise,) if self.otherwise else ()

    def text(self, tongue: Tongue = ENGLISH) -> str:
        """Return the promise in words."""
        field = data_path(self.until)
        said = tongue.say(_UNTIL_END if self.end_of else _UNTIL, field=field)
        if self.grace:
            grace = span_text(Span("elapsed", self.grace))
            said = tongue.say("{date} plus {span}", date=said, span=grace)
        if self.otherwise is None:
            return said
        both = tongue.say("{date} or within {span}", date=said, span=span_text(self.otherwise))
        return tongue.say(_TAKEN[self.take], both=both) if self.take else both


class LevelPromise(Block):
    """Promise a length that depends on a field of the event: the customer's level of care."""

    by: DataField
    otherwise: Length | None = None
    choices: dict[str, Length] = Field(min_length=1)

    def spans(self) -> tuple[Span, ...]:
        """Return every length that this promise can mean."""
        rest = (self.otherwise,) if self.otherwise else ()
        return (*self.choices.values(), *rest)

    def text(self, tongue: Tongue = ENGLISH) -> str:
        """Return the promise in words."""
        words = [f"{name} {span_text(span)}" for name, span in self.choices.items()]
        if self.otherwise:
            words.append(tongue.say("otherwise {span}", span=span_text(self.otherwise)))
        return ", ".join(words)


class UnitPromise(Block):
    """Promise a length that depends on the unit, kept in a CSV file: columns unit, promise."""

    by_unit: Text
    default: Length | None = None

    def spans(self) -> tuple[Span, ...]:
        """Return the lengths that stand here; the file's are added where they are read."""
        return (self.default,) if self.default else ()

    def text(self, tongue: Tongue = ENGLISH) -> str:
        """Return the promise in words."""
        if self.default is None:
            return tongue.say("as agreed")
        return tongue.say("{span}, or as agreed", span=span_text(self.default))


def _shape(value: Any) -> Any:
    """Bring the forms that are no plain mapping of keys into one."""
    if isinstance(value, str):
        return {"span": value}
    if isinstance(value, dict) and "by" in value and "choices" not in value:
        rest = {key: item for key, item in value.items() if key not in ("by", "otherwise")}
        named = {key: item for key, item in value.items() if key not in rest}
        return {**named, "choices": rest}
    return value


def _form(value: Any) -> str | None:
    keys = {"span": "a length", "until": "a date", "by": "by level", "by_unit": "by unit"}
    found = value if isinstance(value, dict) else getattr(type(value), "model_fields", ())
    return next((form for key, form in keys.items() if key in found), None)


Promise = Annotated[
    Annotated[SpanPromise, Tag("a length")]
    | Annotated[DatePromise, Tag("a date")]
    | Annotated[LevelPromise, Tag("by level")]
    | Annotated[UnitPromise, Tag("by unit")],
    Discriminator(
        _form,
        custom_error_type="promise_form",
        custom_error_message=(
            "expected a promise: 1h open, {until: data.NAME}, "
            "{by: data.NAME, LEVEL: 6h open} or {default: 15d, by_unit: promises.csv}"
        ),
    ),
    BeforeValidator(
        _shape,
        json_schema_input_type=str | DatePromise | UnitPromise | dict[str, str],
    ),
]

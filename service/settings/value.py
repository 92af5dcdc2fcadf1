"""What a customer who waits is worth, in published figures, each with its source."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from alerts.stake import Worth
from service.settings.block import Block, Name, Text
from service.settings.length import parse_elapsed

Part = Annotated[float, Field(ge=0, le=1)]
Elapsed = Annotated[int, BeforeValidator(parse_elapsed, json_schema_input_type=str)]


class Share(Block):
    """State how many of those who ask buy."""

    share: Part
    source: Text


class Keep(Block):
    """State how many of them remain after a wait on the customer's watch; the longer, the fewer."""

    clock: Literal["customer"] = "customer"
    points: tuple[tuple[Elapsed, Part], ...] = Field(min_length=2)
    source: Text

    @model_validator(mode="after")
    def _falls(self) -> Self:
        waits, shares = zip(*self.points, strict=True)
        if list(waits) != sorted(set(waits)) or list(shares) != sorted(shares, reverse=True):
            raise ValueError("write the points from the shortest wait to the longest, falling")
        return self


class PerCustomer(Block):
    """State what a buyer is worth, in whole units of the currency."""

    amount: int = Field(ge=1)
    currency: Text
    source: Text


class Value(Block):
    """Join the three; `touchpoints` are those it holds for, all of them by default."""

    base: Share
    keep: Keep
    per_customer: PerCustomer
    touchpoints: tuple[Name, ...] = ()

    def worth(self) -> Worth:
        """Return it as the desk knows it."""
        return Worth(
            self.base.share,
            self.base.source,
            self.keep.points,
            self.keep.source,
            self.per_customer.amount,
            self.per_customer.currency,
            self.per_customer.source,
            self.touchpoints,
        )

"""When people are told: waiting for companions, repeating, opening hours, calling others in."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from alerts.hours import Delay
from service.settings.block import Block, Name, Text
from service.settings.length import Elapsed, parse_elapsed, parse_span
from service.settings.opening import ByDay


def _delay(text: object) -> Delay:
    span = parse_span(text)
    if span.kind == "open_days":
        raise ValueError(f"{text!r} has no hour at which it is over; write it in hours: 8h open")
    return Delay(span.amount, span.kind == "open")


def _wait(text: object) -> int:
    return 0 if text == "none" else parse_elapsed(text)


DelayLength = Annotated[Delay, BeforeValidator(_delay, json_schema_input_type=str)]
Wait = Annotated[int, BeforeValidator(_wait, json_schema_input_type=str)]


class DeliverAt(Block):
    """Tell people at the hours of the unit, or of a calendar; what comes otherwise is held."""

    hours: Name
    otherwise: Literal["hold"] = "hold"


class Step(Block):
    """Call a receiver in when nobody has acted for so long."""

    after: DelayLength
    unless: Literal["acknowledged", "resolved"] = "acknowledged"
    notify: Text


class Acknowledge(Block):
    """State for how long "I have it" counts."""

    expires: DelayLength


class ProofOfLife(Block):
    """Send a proof of life the whole way, to whoever pages when it stops."""

    to: Text
    every: Elapsed = 60_000


class Mute(Block):
    """Mute what matches at the same hours of every week."""

    name: Name
    match: Annotated[dict[str, Text], Field(min_length=1)]
    at: ByDay
    timezone: Text | None = None
    why: Text


class Telling(Block):
    """State how a branch tells; what is left out is inherited."""

    group_wait: Wait | None = None
    group_interval: Wait | None = None
    repeat: DelayLength | None = None
    deliver: Literal["always"] | DeliverAt | None = None
    escalation: tuple[Step, ...] | None = None

    @property
    def hours(self) -> str:
        """Return whose hours to keep to: `always`, `unit`, a calendar's name; empty if inherited."""
        if isinstance(self.deliver, DeliverAt):
            return self.deliver.hours
        return self.deliver or ""

"""Where events come from: how a source speaks, what it delivers, how late it may be."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from service.settings.block import Block, Text
from service.settings.length import UNIT_MS, Elapsed

WAIT_MS = 60 * UNIT_MS["s"]
CORRECT_FOR_MS = 7 * UNIT_MS["d"]
CATCH_UP_MS = 5 * UNIT_MS["m"]
_TARGETS = ("id", "time", "type", "case", "unit", "customer", "via", "provenance", "recorded")
_DATA = re.compile(r"data\.[A-Za-z0-9_.]+")
_REQUIRED = ("id", "time", "type")


def _plain(value: Any) -> Any:
    if not isinstance(value, str | int | float):
        raise ValueError("a constant is text, a number, true or false")  # noqa: TRY004 - pydantic's way
    return value


class Constant(Block):
    """Give every row of a source the same value."""

    const: Annotated[
        Any,
        AfterValidator(_plain),
        Field(json_schema_extra={"type": ["string", "number", "boolean"]}),
    ]


def _targets(value: dict[str, Any]) -> dict[str, Any]:
    for target in value:
        if target not in _TARGETS and not _DATA.fullmatch(target):
            allowed = ", ".join(_TARGETS)
            raise ValueError(f'"{target}" is nothing to map to; use {allowed} or data.NAME')
    missing = [target for target in _REQUIRED if target not in value]
    if missing:
        raise ValueError(f"the map does not say where {' and '.join(missing)} come from")
    return value


def _form(value: Any) -> str:
    return "a constant" if isinstance(value, dict | Constant) else "a column"


Origin = Annotated[
    Annotated[Text, Tag("a column")] | Annotated[Constant, Tag("a constant")], Discriminator(_form)
]
Map = Annotated[dict[str, Origin], AfterValidator(_targets)]


class Kafka(Block):
    """Name the topic that the Kafka host reads; the embedded host takes no notice."""

    topic: Text


class Heartbeat(Block):
    """Name the event by which a source shows that it lives, and how often it comes."""

    event: Text
    every: Elapsed


class Silent(Block):
    """State when the quiet of a source is silence, and what is made of it.

    Lengths count while any unit that the source feeds is open; with a heartbeat, day and night.
    """

    after: Elapsed | None = None
    believe_quiet: Elapsed | None = None
    after_silence: Literal["judge", "unknown"] | None = None
    catch_up: Elapsed = CATCH_UP_MS

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.after is not None and (self.believe_quiet or 0) > self.after:
            raise ValueError("`believe_quiet` is longer than `after`: silence would be believed")
        return self


class Source(Block):
    """State one source of events."""

    delivers: tuple[Text, ...]
    format: Literal["cloudevents", "json", "csv", "avro"] = "cloudevents"
    kafka: Kafka | None = None
    names: tuple[Text, ...] = Field(default=(), alias="is")
    wait: Elapsed = WAIT_MS
    correct_for: Elapsed = CORRECT_FOR_MS
    heartbeat: Heartbeat | None = None
    silent: Silent = Silent()
    map: Map | None = None
    provenance: Literal["observed", "self-reported"] | None = None
    timezone: Text | None = None
    epoch: Literal["s", "ms"] | None = None

    @property
    def spoken(self) -> tuple[str, ...]:
        """Return all types of event that may come, the heartbeat's too."""
        return (*self.delivers, *((self.heartbeat.event,) if self.heartbeat else ()))

    @model_validator(mode="after")
    def _speaks(self) -> Self:
        if self.format == "cloudevents" and self.map is not None:
            raise ValueError("a source of cloudevents needs no `map`; write `format: json` or csv")
        if self.format != "cloudevents" and self.map is None:
            raise ValueError(f"a source in {self.format} needs a `map` that names id, time, type")
        return self

    @model_validator(mode="after")
    def _comes_by(self) -> Self:
        if self.format == "avro" and self.kafka is None:
            raise ValueError("avro is read from Kafka; write `kafka: {topic: NAME}`")
        if self.format == "csv" and self.kafka is not None:
            raise ValueError("a record of Kafka is no csv; write `format: json`, or avro")
        return self

    @model_validator(mode="after")
    def _tells_time(self) -> Self:
        if self.format == "cloudevents" and (self.timezone or self.epoch):
            raise ValueError(
                "times of cloudevents carry their offset; `timezone` and `epoch` are for rows"
            )
        if self.timezone and self.epoch:
            raise ValueError(
                "`epoch` counts seconds in every zone; leave out `timezone` or `epoch`"
            )
        return self

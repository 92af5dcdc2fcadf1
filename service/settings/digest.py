"""When the weekly page is sent, and to whom."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from service.settings.block import Block, Text
from service.settings.opening import DAYS

_WHEN = re.compile(r"([a-z]{3}) ([01]\d|2[0-3]):([0-5]\d)")


def _when(text: object) -> tuple[int, int]:
    found = _WHEN.fullmatch(text) if isinstance(text, str) else None
    if found is None or found[1] not in DAYS:
        raise ValueError(f"cannot read {text!r} as an hour of the week; write it as mon 07:00")
    return DAYS.index(found[1]), int(found[2]) * 60 + int(found[3])


def _names(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


When = Annotated[tuple[int, int], BeforeValidator(_when, json_schema_input_type=str)]
Receivers = Annotated[
    tuple[Text, ...],
    Field(min_length=1),
    BeforeValidator(_names, json_schema_input_type=Text | tuple[Text, ...]),
]


class Digest(Block):
    """Send the page of the week that ended; `when` is a weekday, Monday 0, and a minute of it."""

    to: Receivers
    when: When = (0, 7 * 60)
    timezone: Text | None = None

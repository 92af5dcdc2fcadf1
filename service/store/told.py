"""Facts that only reports read: a row each, as they came."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from service.engine.values import Event

MONTH_MS = 30 * 24 * 3_600_000
TOLD = (
    "SELECT type, time, heard, recorded, id, case_id, customer, unit, data FROM told "
    "WHERE type IN ({}) AND time >= ? AND time < ? ORDER BY time, source, id"
)
TOLD_FIRST = "SELECT min(time) FROM told WHERE type IN ({})"
ANSWERS = (
    "SELECT t.id, o.touchpoint, o.unit, o.started, o.outcome, t.heard, t.data FROM told t "
    "JOIN outcome o ON o.case_id = t.case_id WHERE t.type = ? AND t.case_id <> '' "
    "AND o.touchpoint IN ({}) ORDER BY t.time, t.source, t.id, o.touchpoint"
)


class ToldRow(NamedTuple):
    """State one fact as it is stored: when it happened, was heard and was recorded, its fields."""

    type: str
    time: int
    heard: int
    recorded: int | None
    id: str
    case: str
    customer: str
    unit: str
    data: Mapping[str, Any]


class AnswerRow(NamedTuple):
    """State one survey answer with the case that it is about, as both are stored."""

    id: str
    touchpoint: str
    unit: str
    started: int
    outcome: str
    heard: int
    data: Mapping[str, Any]


def told_row(heard: int, event: Event) -> tuple[object, ...]:
    """Return the row of a fact that was heard at an instant of the log."""
    data = json.dumps(dict(event.data), ensure_ascii=False, separators=(",", ":"), default=str)
    names = (event.source, event.id, event.type)
    times = (event.time, heard, event.recorded)
    return (*names, *times, event.case, event.customer, event.unit, data)

"""A message for machines: the same facts as for people, in a shape that stays.

Whoever receives it by HTTP or from a topic drops repetitions by `key`.  A body is smaller than
20 KB, as the webhook standard asks: how the conversation stands gives way first, then lines, then
the page that it carries, then ids, and what was left out is named.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.clean import clean
from alerts.enclosure import Enclosure
from alerts.notice import Why
from alerts.outbox import OutboxRow, Sheet

BODY_BYTES_MAX = 20_000
TYPE = "erosion.message"
LINE_CHARACTERS_MAX = 700
LABEL_CHARACTERS_MAX = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def told(row: OutboxRow) -> dict[str, Any]:
    """Return a message as plain values."""
    return {
        "key": row.key,
        "conversation": row.thread,
        "receiver": clean(row.receiver),
        "alerts": [{"id": alert, "transition": number} for alert, number in row.alerts],
        **_said(row.news),
        "standing": None if row.standing is None else _said(row.standing),
        **_carried(row.page),
    }


def fitting(row: OutboxRow, room: int) -> dict[str, Any]:
    """Return a message as plain values that take at most so many bytes as JSON."""
    body = told(row)
    drops: tuple[dict[str, Any], ...] = ({"standing": None}, {"lines": [], "links": []})
    if row.page is not None:
        drops += ({"page": None, "page_left_out": True},)
    for drop in drops:
        if size(body) <= room:
            return body
        body |= drop
    alerts = body["alerts"]
    while size(body) > room and body["alerts"]:
        body["alerts"] = body["alerts"][: len(body["alerts"]) * 3 // 4]
        body["alerts_left_out"] = len(alerts) - len(body["alerts"])
    return body


def size(value: object) -> int:
    """Return how many bytes a value takes as JSON."""
    return len(compact(value))


def compact(value: object) -> bytes:
    """Return a value as JSON, the same bytes every time."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()


def instant(at: int) -> str:
    """Write UTC milliseconds as a time in ISO form."""
    return (_EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds")


def _carried(page: Enclosure | None) -> dict[str, Any]:
    if page is None:
        return {}
    return {"kind": Why.DIGEST.value, "week": page.week, "page": dict(page.data)}


def _said(sheet: Sheet) -> dict[str, Any]:
    return {
        "level": sheet.level.value,
        "why": sheet.why.value,
        "subject": clean(sheet.subject, LABEL_CHARACTERS_MAX),
        "lines": [clean(line, LINE_CHARACTERS_MAX) for line in sheet.lines],
        "links": [{"label": clean(label), "url": address} for label, address in sheet.links],
    }

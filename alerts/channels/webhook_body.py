"""What a webhook's body says, in one of two shapes.

`standard` is our own, in the envelope of Standard Webhooks.  `alertmanager` is what Alertmanager
sends in version 4, because many tools read it already.  There an alert is known by its labels, so
those hold only what never changes: the id, and where the conversation goes.  A message does not
know when its findings began, so `startsAt` is when the message was made.
"""

import hashlib
from typing import Any

from alerts import words
from alerts.clean import clean
from alerts.notice import Why
from alerts.outbox import OutboxRow
from alerts.told import BODY_BYTES_MAX, TYPE, compact, fitting, instant, size
from alerts.tongues import tongue_of

SHAPES = ("standard", "alertmanager")
LINES_CHARACTERS_MAX = 3_000
NEVER = "0001-01-01T00:00:00Z"
_ENVELOPE_BYTES = 200
_OVER = frozenset({Why.RESOLVED, Why.PASSED, Why.WITHDRAWN})


def body(row: OutboxRow) -> dict[str, Any]:
    """Return the body that a row's reach asks for."""
    if row.settings.get("shape") == "alertmanager":
        return _alertmanager(row)
    data = fitting(row, BODY_BYTES_MAX - _ENVELOPE_BYTES)
    return {"type": f"{TYPE}.{row.why.value}", "timestamp": instant(row.created_at), "data": data}


def encoded(row: OutboxRow) -> bytes:
    """Return the body as bytes."""
    return compact(body(row))


def _alertmanager(row: OutboxRow) -> dict[str, Any]:
    status = "resolved" if row.why in _OVER else "firing"
    annotations = {
        "summary": clean(row.subject, 200),
        "description": clean(" ".join(row.lines), LINES_CHARACTERS_MAX),
    }
    english = {tongue_of(row.locale).say(label): label for label in words.LINKS}
    links = {_name(english.get(label, label)): address for label, address in row.links}
    labels = {"alertname": "erosion", "receiver": clean(row.receiver)}
    said: dict[str, Any] = {
        "version": "4",
        "groupKey": row.thread or row.key,
        "truncatedAlerts": 0,
        "status": status,
        "receiver": clean(row.receiver),
        "groupLabels": {},
        "commonLabels": labels | {"severity": row.level.value},
        "commonAnnotations": annotations | links,
        "externalURL": "",
        "alerts": [_alert(alert, labels, status, row) for alert, _ in row.alerts],
    }
    every = said["alerts"]
    while size(said) > BODY_BYTES_MAX and said["alerts"]:
        said["alerts"] = said["alerts"][: len(said["alerts"]) * 3 // 4]
        said["truncatedAlerts"] = len(every) - len(said["alerts"])
    return said


def _alert(alert: str, labels: dict[str, str], status: str, row: OutboxRow) -> dict[str, Any]:
    at = instant(row.created_at)
    return {
        "status": status,
        "labels": labels | {"alert_id": alert},
        "annotations": {"summary": clean(row.subject, 200)},
        "startsAt": at,
        "endsAt": at if status == "resolved" else NEVER,
        "generatorURL": "",
        "fingerprint": hashlib.sha256(alert.encode("utf-8", "replace")).hexdigest()[:16],
    }


def _name(label: str) -> str:
    """Return a label as the name of an annotation; Alertmanager's own word for a runbook.

    Names are for machines, so they are English in every language.
    """
    word = "".join(letter if letter.isalnum() else "_" for letter in clean(label, 40).lower())
    return f"{word}_url" if word.isascii() else "link_url"

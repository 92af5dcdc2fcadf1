"""What the board reads: alerts with all that was done, messages, silences, the audit, who waits."""

import json
from typing import Any

from alerts.alert import Alert
from alerts.silence import Silence
from service.store.digests import Sent, listed, sent_page
from service.store.reads import Reads, Row, containing

_ONE = "SELECT body FROM alert WHERE substr(id, 1, CAST(? AS INTEGER)) = ? LIMIT 2"
_OF_KEY = "SELECT alerts FROM outbox WHERE key = ?"
_SILENCES = "SELECT body FROM silence WHERE ends > ? ORDER BY ends, id"
_NOTICES = "SELECT body, at FROM notice WHERE alert = ? ORDER BY number LIMIT 500"
_DELIVERIES = (
    "SELECT o.key, o.at, o.receiver, o.channel, o.why, o.state, o.attempts, o.next_at, o.body, "
    "(SELECT r.detail FROM receipt r WHERE r.key = o.key ORDER BY r.number DESC LIMIT 1) AS detail "
    "FROM outbox o WHERE (? = '' OR o.state = ?) AND (? = '' OR o.alerts LIKE ? ESCAPE '\\') "
    "ORDER BY o.number DESC LIMIT ?"
)
_WAITING = (
    "SELECT w.touchpoint, w.case_id, w.unit, w.since, w.due, w.mark, i.at AS informed "
    "FROM waiting w LEFT JOIN informed i ON i.touchpoint = w.touchpoint AND i.case_id = w.case_id "
    "WHERE (? = '' OR w.unit = ?) ORDER BY w.since, w.case_id LIMIT 5000"
)
_WAITS = "SELECT 1 FROM waiting WHERE touchpoint = ? AND case_id = ?"
_AUDIT = "SELECT * FROM audit ORDER BY number DESC LIMIT ?"


class Lookup:
    """Answer questions of people about the desk; safe to share between threads."""

    def __init__(self, reads: Reads) -> None:
        """Take what reads."""
        self.reads = reads

    def alert(self, beginning: str) -> Alert | None:
        """Return the one alert whose id begins so; None if there is none, or are several."""
        rows = self.reads.tuples(_ONE, (len(beginning), beginning)) if beginning else []
        return _alert(rows[0][0]) if len(rows) == 1 else None

    def alerts(self, *, every: bool = False) -> list[Alert]:
        """Return open alerts, or all, the latest change first."""
        return [Alert.from_row(row) for row in self.reads.alerts(every=every)]

    def history(self, alert: str) -> dict[str, Any]:
        """Return the transitions, messages and notices of an alert."""
        found = self.reads.why(alert) or {"signals": [], "deliveries": []}
        notices = self.reads.tuples(_NOTICES, (alert,))
        told = [json.loads(str(body)) | {"at": at} for body, at in notices]
        return {**{name: found[name] for name in ("signals", "deliveries")}, "notices": told}

    def alerts_of(self, key: str) -> list[str]:
        """Return the ids of the alerts that a message speaks of."""
        rows = self.reads.tuples(_OF_KEY, (key,))
        return str(rows[0][0]).split() if rows else []

    def messages(self, key: str) -> list[Row]:
        """Return the message under a key."""
        rows = self.reads.tuples("SELECT body FROM outbox WHERE key = ?", (key,))
        return [json.loads(str(row[0])) for row in rows]

    def silences(self, now: int) -> list[Silence]:
        """Return the silences that are not over, those that end first before the others."""
        rows = self.reads.tuples(_SILENCES, (now,))
        return [Silence.from_row(json.loads(str(row[0]))) for row in rows]

    def deliveries(self, state: str, alert: str, limit: int) -> list[Row]:
        """Return messages, the newest first."""
        values = (state, state, alert, containing(alert), limit)
        rows = self.reads.rows(_DELIVERIES, values)
        return [_delivery(row) for row in rows]

    def waiting(self, unit: str = "") -> list[Row]:
        """Return who waits, the longest first."""
        return self.reads.rows(_WAITING, (unit, unit))

    def waits(self, touchpoint: str, case: str) -> bool:
        """Tell whether somebody waits."""
        return bool(self.reads.tuples(_WAITS, (touchpoint, case)))

    def audit(self, limit: int) -> list[Row]:
        """Return what was done, the latest first."""
        return self.reads.rows(_AUDIT, (limit,))

    def digests(self, limit: int) -> list[Row]:
        """Return which weekly pages were sent, to whom and when, the newest week first."""
        return listed(self.reads, limit)

    def digest(self, week: str) -> Sent | None:
        """Return a week's page as it was sent first."""
        return sent_page(self.reads, week)


def _alert(body: object) -> Alert:
    return Alert.from_row(json.loads(str(body)))


def _delivery(row: Row) -> Row:
    body = json.loads(row.pop("body"))
    return {**row, "subject": body["subject"], "alerts": [alert for alert, _ in body["alerts"]]}

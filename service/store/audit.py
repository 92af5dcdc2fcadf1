"""What should have happened and has not: state held against deliveries, by cheap questions.

A desk that works leaves nothing to find here, so what is found is a mistake of ours or a process that
stands still; both are what nobody else would report.  It reads what is stored, not what the desk
remembers, because the memory is what may be wrong.
"""

from collections.abc import Iterator
from typing import NamedTuple

from alerts.alert import Alert
from alerts.news import is_loud
from service.store.decisions import STUCK_MS
from service.store.reads import Reads

# The desk acts within a second or two; a restart of the process may lie between.
PATIENCE_MS = 2 * 60_000
_STUCK = "SELECT key, at FROM outbox WHERE state = 'pending' AND at > 0 AND at < ? LIMIT 1000"
_UNHEARD = (
    "SELECT r.number, r.at FROM request r JOIN alert a ON a.id = r.alert "
    "WHERE r.result = '' AND r.at < ? LIMIT 1000"
)
KINDS = ("nobody told", "timer overdue", "message stuck", "answer not taken up")


class Finding(NamedTuple):
    """Name what was found, and about what."""

    kind: str
    about: str


def findings(reads: Reads, now: int) -> Iterator[Finding]:
    """Yield what should have happened by now and has not."""
    for row in reads.alerts():
        yield from _of_alert(Alert.from_row(row), now - PATIENCE_MS)
    for key, _ in reads.tuples(_STUCK, (now - STUCK_MS,)):
        yield Finding("message stuck", str(key))
    for number, _ in reads.tuples(_UNHEARD, (now - PATIENCE_MS,)):
        yield Finding("answer not taken up", str(number))


def _of_alert(alert: Alert, before: int) -> Iterator[Finding]:
    handling = alert.handling
    since = handling.loud_since
    silent = not handling.told and not handling.waits and not handling.is_history
    if is_loud(alert) and silent and since is not None and since < before:
        yield Finding("nobody told", alert.id)
    if handling.next_at is not None and handling.next_at < before:
        yield Finding("timer overdue", alert.id)

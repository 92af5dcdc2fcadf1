"""The alerts that a desk may still have to do with, and what can be known from them at once.

The open ones, and the closed for four weeks: so long a withdrawal may come, and the third episode
of four weeks is worth a commitment.  Everything else that a decision asks, such as when a group
spoke last, follows from what the alerts say of themselves, so there is one thing to store.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

from alerts.alert import Alert
from alerts.notice import Muted
from alerts.silence import Silence
from alerts.spans import DAY_MS, HOUR_MS

# Longer than any source may correct its facts, and as long as episodes are counted.
REMEMBER_CLOSED_MS = 28 * DAY_MS
_FORGET_EVERY_MS = HOUR_MS
# What keeps an alert from being told for as long as something else stands, not until an instant.
_KEPT = (Muted.INHIBITED, Muted.SILENCED, Muted.WINDOW, Muted.REFUSED, Muted.FLAPPING)


Place = tuple[str, str, str]


class Decided(Protocol):
    """Say what a book takes over of a decision."""

    @property
    def now(self) -> int:
        """Return when it was decided."""
        ...

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Return the alerts that changed."""
        ...

    @property
    def silences(self) -> tuple[Silence, ...] | None:
        """Return the silences that are in force now, None where they are the same."""
        ...


class Book:
    """Keep alerts by their ids, with the silences in force."""

    def __init__(
        self,
        alerts: Iterable[Alert] = (),
        silences: Iterable[Silence] = (),
        sittings: int = 0,
    ) -> None:
        """Begin with what a store remembers; `sittings` counts the decisions that were applied."""
        self.silences = tuple(silences)
        self.sittings = sittings
        self._alerts: dict[str, Alert] = {}
        self._spoken: dict[str, int] = {}
        self._threads: dict[str, set[str]] = defaultdict(set)
        self._open: set[str] = set()
        self._timed: dict[str, int] = {}
        self._kept: set[str] = set()
        self._lines: dict[str, dict[str, int]] = defaultdict(dict)
        self._places: dict[Place, tuple[str, ...]] = {}
        self._forgot_at = 0
        for alert in alerts:
            self._put(alert)

    def get(self, alert: str) -> Alert | None:
        """Return an alert by its id."""
        return self._alerts.get(alert)

    def draft(self) -> "Book":
        """Return a copy to go on with, until it is known whether what is decided was stored."""
        copy = Book(silences=self.silences, sittings=self.sittings)
        copy._alerts = dict(self._alerts)
        copy._spoken = dict(self._spoken)
        copy._threads = defaultdict(set, {name: set(ids) for name, ids in self._threads.items()})
        copy._open, copy._kept = set(self._open), set(self._kept)
        copy._lines = defaultdict(dict, {line: dict(ids) for line, ids in self._lines.items()})
        copy._timed = dict(self._timed)
        copy._places = dict(self._places)
        copy._forgot_at = self._forgot_at
        return copy

    def open(self) -> tuple[Alert, ...]:
        """Return the alerts that still stand, the longest first."""
        standing = (self._alerts[name] for name in self._open)
        return tuple(sorted(standing, key=lambda alert: (alert.opened_at, alert.id)))

    def unsettled(self) -> tuple[Alert, ...]:
        """Return the alerts that another alert or a silence keeps from being told."""
        return tuple(self._alerts[name] for name in sorted(self._kept))

    def companions(self, line: str) -> dict[str, int]:
        """Return the alerts that wait in a line, each with the instant since when."""
        return self._lines.get(line, {})

    def due(self, now: int) -> tuple[Alert, ...]:
        """Return the alerts that have to be looked at by now, because time has passed."""
        return tuple(self._alerts[name] for name, at in sorted(self._timed.items()) if at <= now)

    def next_at(self) -> int | None:
        """Return when time alone next asks for a decision."""
        return min(self._timed.values(), default=None)

    def spoken(self, line: str) -> int | None:
        """Return when a line spoke last."""
        return self._spoken.get(line)

    def in_thread(self, thread: str) -> tuple[Alert, ...]:
        """Return the alerts that one conversation is about."""
        return tuple(self._alerts[name] for name in sorted(self._threads.get(thread, ())))

    def episodes(self, like: Alert, since: int) -> int:
        """Count the loud alerts about the same touchpoint and place since an instant."""
        here = (self._alerts[name] for name in self._places.get(_place(like), ()))
        loud = (alert for alert in here if alert.handling.loud_since is not None)
        return sum(alert.opened_at >= since for alert in loud)

    def apply(self, decided: Decided) -> None:
        """Take over what was decided and stored, and forget what closed long ago."""
        self.sittings += 1
        for alert in decided.alerts:
            self._put(alert)
        if decided.silences is not None:
            self.silences = decided.silences
        if decided.now >= self._forgot_at + _FORGET_EVERY_MS:
            self._forgot_at = decided.now
            self._forget(decided.now - REMEMBER_CLOSED_MS)

    def _put(self, alert: Alert) -> None:
        before = self._alerts.get(alert.id)
        if before is None:
            here = _place(alert)
            self._places[here] = (*self._places.get(here, ()), alert.id)
        self._alerts[alert.id] = alert
        (self._open.add if alert.is_open else self._open.discard)(alert.id)
        self._put_waits(alert, before)
        self._timed.pop(alert.id, None)
        if alert.handling.next_at is not None:
            self._timed[alert.id] = alert.handling.next_at
        for told in alert.handling.told.values():
            if told.line:
                self._spoken[told.line] = max(told.at, self._spoken.get(told.line, told.at))
            for thread in told.threads.values():
                self._threads[thread].add(alert.id)

    def _put_waits(self, alert: Alert, before: Alert | None) -> None:
        for wait in before.handling.waits.values() if before else ():
            if wait.line:
                self._lines[wait.line].pop(alert.id, None)
        waits = alert.handling.waits.values()
        for wait in waits:
            if wait.line:
                self._lines[wait.line][alert.id] = wait.since
        kept = any(wait.muted in _KEPT for wait in waits)
        (self._kept.add if kept else self._kept.discard)(alert.id)

    def _forget(self, horizon: int) -> None:
        kept: Mapping[str, Alert] = {
            name: alert
            for name, alert in self._alerts.items()
            if alert.closed_at is None or alert.closed_at >= horizon
        }
        if len(kept) < len(self._alerts):
            forgot_at, fresh = self._forgot_at, Book(kept.values(), self.silences, self.sittings)
            vars(self).update(vars(fresh) | {"_forgot_at": forgot_at})


def _place(alert: Alert) -> Place:
    return alert.touchpoint, alert.per, alert.scope

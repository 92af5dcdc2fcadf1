"""The alerts that a desk may still have to do with, and what can be known from them at once.

The open ones, and the closed for four weeks: so long a withdrawal may come, and the third episode
of four weeks is worth a commitment.  Everything else that a decision asks, such as when a group
spoke last, follows from what the alerts say of themselves, so there is one thing to store.
"""

from collections.abc import Iterable, Iterator
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
        # What stands in these is never changed, only replaced: a draft shares it with its book.
        self._threads: dict[str, frozenset[str]] = {}
        self._open: dict[str, frozenset[str]] = {}
        self._timed: dict[str, int] = {}
        self._kept: set[str] = set()
        self._lines: dict[str, dict[str, int]] = {}
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
        copy._threads = dict(self._threads)
        copy._open, copy._kept = dict(self._open), set(self._kept)
        copy._lines = dict(self._lines)
        copy._timed = dict(self._timed)
        copy._places = dict(self._places)
        copy._forgot_at = self._forgot_at
        return copy

    def open(self) -> tuple[Alert, ...]:
        """Return the alerts that still stand, the longest first."""
        standing = (self._alerts[name] for names in self._open.values() for name in names)
        return tuple(sorted(standing, key=lambda alert: (alert.opened_at, alert.id)))

    def open_of(self, touchpoint: str) -> Iterator[Alert]:
        """Yield the alerts that still stand at a touchpoint."""
        return (self._alerts[name] for name in self._open.get(touchpoint, ()))

    def at(self, place: Place) -> Iterator[Alert]:
        """Yield the alerts about a touchpoint and place, those that are over too."""
        return (self._alerts[name] for name in self._places.get(place, ()))

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
        here = self.at(place_of(like))
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
            here = place_of(alert)
            self._places[here] = (*self._places.get(here, ()), alert.id)
        self._alerts[alert.id] = alert
        self._put_open(alert, before)
        self._put_waits(alert, before)
        self._timed.pop(alert.id, None)
        if alert.handling.next_at is not None:
            self._timed[alert.id] = alert.handling.next_at
        self._speak(alert)

    def _speak(self, alert: Alert) -> None:
        for told in alert.handling.told.values():
            if told.line:
                self._spoken[told.line] = max(told.at, self._spoken.get(told.line, told.at))
            for thread in told.threads.values():
                about = self._threads.get(thread, frozenset())
                if alert.id not in about:
                    self._threads[thread] = about | {alert.id}

    def _put_open(self, alert: Alert, before: Alert | None) -> None:
        if alert.is_open == (before is not None and before.is_open):
            return
        standing = self._open.get(alert.touchpoint, frozenset())
        change = standing.union if alert.is_open else standing.difference
        self._open[alert.touchpoint] = change((alert.id,))

    def _put_waits(self, alert: Alert, before: Alert | None) -> None:
        for wait in before.handling.waits.values() if before else ():
            if wait.line:
                self._leave(wait.line, alert.id)
        self._wait(alert)
        kept = any(wait.muted in _KEPT for wait in alert.handling.waits.values())
        (self._kept.add if kept else self._kept.discard)(alert.id)

    def _wait(self, alert: Alert) -> None:
        for wait in alert.handling.waits.values():
            if wait.line:
                self._lines[wait.line] = {**self.companions(wait.line), alert.id: wait.since}

    def _leave(self, line: str, alert: str) -> None:
        left = {name: since for name, since in self.companions(line).items() if name != alert}
        if left:
            self._lines[line] = left
        else:
            self._lines.pop(line, None)

    def _forget(self, horizon: int) -> None:
        gone = {
            name
            for name, alert in self._alerts.items()
            if alert.closed_at is not None and alert.closed_at < horizon
        }
        for name in gone:
            here = place_of(self._alerts.pop(name))
            self._places[here] = tuple(one for one in self._places[here] if one != name)
            self._timed.pop(name, None)
            self._kept.discard(name)
        if gone:
            left = ((thread, ids - gone) for thread, ids in self._threads.items())
            self._threads = {thread: ids for thread, ids in left if ids}
            self._places = {here: names for here, names in self._places.items() if names}
            self._spoken, self._lines = {}, {}
            for alert in self._alerts.values():
                self._wait(alert)
                self._speak(alert)


def place_of(alert: Alert) -> Place:
    """Return what an alert is about: the touchpoint and the place."""
    return alert.touchpoint, alert.per, alert.scope

"""The memory of events: a known fact changes nothing, for as long as it could change anything.

Keys are kept by day of event time and forgotten with the whole day once it is older than the
longest `correct_for`; an event that old is too late anyway.  Asking the log's table for every
event was rejected: the fold has no I/O, and the other host has no such table.
"""

from collections.abc import Iterable, Mapping

from service.engine.values import Event
from service.engine.zone import DAY_MS


class Seen:
    """Remember the keys of recent events and a digest of their content."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._days: dict[int, dict[int, int]] = {}

    def digest(self, event: Event) -> int | None:
        """Return the digest under which this key is known, None for news."""
        day = self._days.get(event.time // DAY_MS)
        return None if day is None else day.get(event.key)

    def remember(self, event: Event) -> None:
        """Note a new event."""
        day = self._days.setdefault(event.time // DAY_MS, {})
        day[event.key] = event.digest

    def forget(self, before: int) -> None:
        """Let go of all days that end before an instant."""
        last = before // DAY_MS
        for day in [day for day in self._days if day < last]:
            del self._days[day]

    def days(self) -> Mapping[int, Mapping[int, int]]:
        """Return the keys with their digests, by day."""
        return self._days

    def restore(self, day: int, keys: Iterable[tuple[int, int]]) -> None:
        """Take over one day."""
        self._days[day] = dict(keys)

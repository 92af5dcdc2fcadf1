"""Facts that must find their case by fields: they wait here until the timeline reaches them.

Only then are all starts known that may be meant, so the choice does not depend on arrival.
"""

from typing import NamedTuple

from service.engine.facts import Known
from service.engine.timers import MINUTE_MS

# Field names and what a start carries in them.
Key = tuple[tuple[str, ...], tuple[object, ...]]


class Sought(NamedTuple):
    """Hold a fact that looks for its case by fields, until the timeline reaches it."""

    track: int
    fields: tuple[str, ...]
    values: tuple[object, ...]
    fact: Known

    @property
    def key(self) -> Key:
        """Return what the case that is meant was started with."""
        return self.fields, self.values


class Seekers:
    """Keep facts by the minute in which they happened."""

    def __init__(self) -> None:
        """Begin with none."""
        self._minutes: dict[int, list[Sought]] = {}

    def file(self, sought: Sought, watermark: int) -> None:
        """File a fact under its minute, or under the present one if that has passed."""
        minute = max(sought.fact.time, watermark) // MINUTE_MS
        self._minutes.setdefault(minute, []).append(sought)

    def release(self, goal: int) -> list[Sought]:
        """Take out the facts up to an instant."""
        if not self._minutes:
            return []
        found: list[Sought] = []
        last = goal // MINUTE_MS
        for minute in sorted(minute for minute in self._minutes if minute <= last):
            for sought in self._minutes.pop(minute):
                if sought.fact.time <= goal:
                    found.append(sought)
                else:
                    self.file(sought, goal)
        return found

    def first(self) -> int | None:
        """Return the first minute's beginning."""
        return min(self._minutes) * MINUTE_MS if self._minutes else None

    def all(self) -> list[Sought]:
        """Return all of them, in an order that does not depend on arrival."""
        return sorted(sought for facts in self._minutes.values() for sought in facts)

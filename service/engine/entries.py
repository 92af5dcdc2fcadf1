"""The scored cases of a stream in their order, shared by all of its states.

A window of weeks copied for every snapshot would cost more memory than all cases; so states of one
stream keep places in one list.
"""

from typing import Any

from service.engine.case import Case

# An instant by which the entry is found, the case if it was late, and what a rule adds to that.
Entry = tuple[Any, ...]


class Entries:
    """Hold scored cases; a state keeps the places from which and up to which it counts."""

    def __init__(self) -> None:
        """Begin with none."""
        self.rows: list[Entry] = []
        self.first = 0

    def put(self, place: int, entry: Entry) -> None:
        """Append at a place; what stood there belongs to a past that was changed."""
        index = place - self.first
        if index < len(self.rows):
            del self.rows[index:]
        self.rows.append(entry)

    def at(self, place: int) -> Entry:
        """Return the entry at a place."""
        return self.rows[place - self.first]

    def between(self, low: int, high: int) -> list[Entry]:
        """Return the entries of a window."""
        return self.rows[low - self.first : high - self.first]

    def trim(self, low: int) -> None:
        """Let go of what lies before a place."""
        del self.rows[: low - self.first]
        self.first = low


class Window:
    """Count the entries between two places, and how many of them are late."""

    __slots__ = ("entries", "high", "late", "low")

    def __init__(self, entries: Entries) -> None:
        """Begin empty."""
        self.entries = entries
        self.low = self.high = self.late = 0

    @property
    def cases(self) -> int:
        """Return how many cases are in it."""
        return self.high - self.low

    def copy(self) -> "Window":
        """Return one that goes its own way."""
        found = Window(self.entries)
        found.low, found.high, found.late = self.low, self.high, self.late
        return found

    def add(self, at: int, case: Case | None, *more: str) -> None:
        """Take in a case, found by an instant; None where it was kept."""
        self.entries.put(self.high, (at, case, *more))
        self.high += 1
        self.late += case is not None

    def first(self) -> int | None:
        """Return the instant by which the first entry is found."""
        return int(self.entries.at(self.low)[0]) if self.low < self.high else None

    def drop_first(self) -> None:
        """Let the first entry go."""
        self.late -= self.entries.at(self.low)[1] is not None
        self.low += 1

    def clear(self) -> None:
        """Let all entries go."""
        self.low, self.late = self.high, 0

    def rows(self) -> list[Entry]:
        """Return the entries."""
        return self.entries.between(self.low, self.high)

    def late_cases(self) -> list[Case]:
        """Return the late cases."""
        return [row[1] for row in self.rows() if row[1] is not None]

    def state(self) -> list[int]:
        """Return what a snapshot must know, as plain values."""
        return [self.low, self.high, self.late]

    def restore(self, state: list[int]) -> None:
        """Take over what `state` gave."""
        self.low, self.high, self.late = state

    def counted(self) -> list[list[object]]:
        """Return what is in it as plain values, whatever was before."""
        return [[at, case.id if case else None, *more] for at, case, *more in self.rows()]

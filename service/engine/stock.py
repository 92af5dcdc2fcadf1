"""What is at hand, by the readings of a feed: at every instant the last one that is still trusted.

A reading is a fact like any other: it may come late and is then put where it belongs.  An old one
is no reading at all: the stock is then unknown, never empty (02, "Settled points").
"""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from service.engine.ear import text_at
from service.engine.plan import Stock
from service.engine.values import Event

StockKey = tuple[str, ...]


class Reading(NamedTuple):
    """State what a stock held at an instant; of one instant the last event key counts."""

    time: int
    key: int
    value: float


class Book:
    """Keep the readings of one stock, by what it is counted per."""

    def __init__(self, plan: Stock) -> None:
        """Begin with no reading."""
        self.plan = plan
        self.rows: dict[StockKey, list[Reading]] = {}
        self.unread = 0

    def read(self, event: Event) -> tuple[StockKey, Reading] | None:
        """Take a reading; None if the event lacks what it is counted per, or a number."""
        key = stock_key(event, self.plan.per)
        value = number(event.data.get(self.plan.value))
        if key is None or value is None:
            self.unread += 1
            return None
        reading = Reading(event.time, event.key, value)
        rows = self.rows.setdefault(key, [])
        rows.insert(bisect_left(rows, reading), reading)
        return key, reading

    def at(self, key: StockKey, instant: int) -> float | None:
        """Return what was at hand at an instant, None where nobody can say."""
        rows = self.rows.get(key)
        i = bisect_right(rows, instant, key=lambda row: row.time) if rows else 0
        if not rows or not i or instant > rows[i - 1].time + self.plan.trust_ms:
            return None
        return rows[i - 1].value

    def forget(self, before: int) -> None:
        """Let go of readings that were replaced, or not trusted any more, by an instant."""
        for key in list(self.rows):
            rows = self.rows[key]
            del rows[: self.first_kept(rows, before)]
            if rows[-1].time + self.plan.trust_ms < before:
                del self.rows[key]

    def first_kept(self, rows: list[Reading], before: int) -> int:
        """Return the index of the reading that was in force at an instant."""
        return max(bisect_right(rows, before, key=lambda row: row.time) - 1, 0)

    def state(self) -> list[object]:
        """Return what a snapshot must know, as plain values."""
        rows = [[list(key), [list(row) for row in self.rows[key]]] for key in sorted(self.rows)]
        return [self.unread, rows]

    def restore(self, state: list[object]) -> None:
        """Take over what `state` gave."""
        self.unread, rows = state  # type: ignore[assignment]
        self.rows = {tuple(key): [Reading(*row) for row in found] for key, found in rows}  # type: ignore[attr-defined]


def stock_key(event: Event, paths: tuple[str, ...]) -> StockKey | None:
    """Return what an event names a stock by; None where a field is missing."""
    key = tuple(text_at(event, path) for path in paths)
    return key if all(key) else None


def number(value: object) -> float | None:
    """Return a number, also one that a table gives as text; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None

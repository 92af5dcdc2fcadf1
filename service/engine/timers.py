"""What falls due when: buckets of a minute, and a heap of the minutes that have one.

Timers are derived, never stored: only the next instant of a thing is filed, and whether it still
holds is asked at release.  One heap of instants was measured at twice the cost per case.
"""

from heapq import heappop, heappush
from typing import Generic, Protocol, TypeVar

MINUTE_MS = 60_000


class Timed(Protocol):
    """Be something that can be filed: it remembers the instant at which it is."""

    filed: int


T = TypeVar("T", bound=Timed)


class Timers(Generic[T]):
    """File things under their next instant and release those whose minute has come."""

    def __init__(self) -> None:
        """Begin empty."""
        self._buckets: dict[int, list[T]] = {}
        self._minutes: list[int] = []

    def file(self, thing: T, at: int) -> None:
        """File a thing under an instant; an older filing of it becomes void."""
        if thing.filed == at:
            return
        thing.filed = at
        minute = at // MINUTE_MS
        bucket = self._buckets.get(minute)
        if bucket is None:
            self._buckets[minute] = [thing]
            heappush(self._minutes, minute)
        else:
            bucket.append(thing)

    def release(self, until: int) -> list[T]:
        """Take out what is filed in minutes up to that of `until`; void filings are dropped."""
        found: list[T] = []
        last = until // MINUTE_MS
        while self._minutes and self._minutes[0] <= last:
            minute = heappop(self._minutes)
            for thing in self._buckets.pop(minute):
                if thing.filed // MINUTE_MS == minute and thing.filed >= 0:
                    thing.filed = -1
                    found.append(thing)
        return found

    def next_instant(self) -> int | None:
        """Return the beginning of the first minute in which something may be due."""
        return self._minutes[0] * MINUTE_MS if self._minutes else None

    def is_crowded(self, until: int, count: int) -> bool:
        """Tell whether more than so many filings wait in the first minute, if it has come."""
        first = self.next_instant()
        return first is not None and first <= until and len(self._buckets[self._minutes[0]]) > count

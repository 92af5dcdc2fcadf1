"""What falls due when: buckets of a minute, and a heap of the minutes that have one.

Timers are derived, never stored: only the next instant of a thing is filed, and whether it still
holds is asked at release.  One heap of instants was measured at twice the cost per case.  The one
minute that the watermark stands in is such a heap all the same: with a bucket, every chunk looked
through all of that minute's things again, which at a thousand events a second took longer than
the minute.
"""

from heapq import heapify, heappop, heappush
from itertools import count
from typing import Generic, Protocol, TypeVar

MINUTE_MS = 60_000
CROWD = 1000


class Timed(Protocol):
    """Be something that can be filed: it remembers the instant at which it is."""

    filed: int


T = TypeVar("T", bound=Timed)


class Timers(Generic[T]):
    """File things under their next instant and release those whose instant has come."""

    def __init__(self) -> None:
        """Begin empty."""
        self._buckets: dict[int, list[T]] = {}
        self._minutes: list[int] = []
        # The minute that was begun, and what is filed in it or before.
        self._begun = -(2**62)
        self._near: list[tuple[int, int, T]] = []
        self._serial = count()

    def file(self, thing: T, at: int) -> None:
        """File a thing under an instant; an older filing of it becomes void."""
        if thing.filed == at:
            return
        thing.filed = at
        minute = at // MINUTE_MS
        if minute <= self._begun:
            heappush(self._near, (at, next(self._serial), thing))
            return
        bucket = self._buckets.get(minute)
        if bucket is None:
            self._buckets[minute] = [thing]
            heappush(self._minutes, minute)
        else:
            bucket.append(thing)

    def release(self, until: int) -> list[T]:
        """Take out what is filed up to an instant; void filings are dropped."""
        found: list[T] = []
        last = until // MINUTE_MS
        while self._minutes and self._minutes[0] < last:
            minute = heappop(self._minutes)
            for thing in self._buckets.pop(minute):
                if thing.filed // MINUTE_MS == minute and thing.filed >= 0:
                    thing.filed = -1
                    found.append(thing)
        self._begin(last)
        if self.is_crowded(until, CROWD):
            self._split(until, found)
        near = self._near
        while near and near[0][0] <= until:
            at, _, thing = heappop(near)
            if thing.filed == at:
                thing.filed = -1
                found.append(thing)
        return found

    def next_instant(self) -> int | None:
        """Return the beginning of the first minute in which something may be due."""
        if self._near:
            return self._near[0][0] // MINUTE_MS * MINUTE_MS
        return self._minutes[0] * MINUTE_MS if self._minutes else None

    def is_crowded(self, until: int, enough: int) -> bool:
        """Tell whether more than so many filings have come, looking at no more than needed."""
        if self._minutes and self._minutes[0] * MINUTE_MS <= until:
            return len(self._buckets[self._minutes[0]]) > enough
        places, due = [0], 0
        while places and due <= enough:
            place = places.pop()
            if place < len(self._near) and self._near[place][0] <= until:
                due += 1
                places += (2 * place + 1, 2 * place + 2)
        return due > enough

    def _split(self, until: int, found: list[T]) -> None:
        """Take out a crowd in one pass; a million steps through a heap would take seconds."""
        near, self._near = self._near, []
        for entry in near:
            at, _, thing = entry
            if at > until:
                self._near.append(entry)
            elif thing.filed == at:
                thing.filed = -1
                found.append(thing)
        heapify(self._near)

    def _begin(self, minute: int) -> None:
        """Sort a minute in which only a part is due."""
        if minute <= self._begun:
            return
        self._begun = minute
        if self._minutes and self._minutes[0] == minute:
            heappop(self._minutes)
            serial = self._serial
            self._near += [
                (thing.filed, next(serial), thing)
                for thing in self._buckets.pop(minute)
                if thing.filed // MINUTE_MS == minute
            ]
            heapify(self._near)

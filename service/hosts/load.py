"""How much of its time a shard works, and on how many events: what head-room is left.

Sums of whole seconds over the last minute; a mean that decays would need a number nobody can check.
Pure: the clock is handed in.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS = 60


class Load:
    """Add up work."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        """Begin idle."""
        self._monotonic_s = monotonic_s
        self._since = int(monotonic_s())
        self._rows: deque[list[float]] = deque(maxlen=SECONDS)
        self.events = 0

    @contextmanager
    def work(self) -> Iterator[None]:
        """Count the time of a block as work."""
        began = self._monotonic_s()
        try:
            yield
        finally:
            self._add(int(began), self._monotonic_s() - began, 0)

    def took(self, events: int) -> None:
        """Count events."""
        self._add(int(self._monotonic_s()), 0.0, events)

    def told(self) -> dict[str, float]:
        """Return the share of time at work and events a second, over the last minute."""
        now = int(self._monotonic_s())
        rows = [row for row in self._rows if now - SECONDS <= row[0] < now]
        length = min(max(now - self._since, 1), SECONDS)
        busy, events = sum(row[1] for row in rows), sum(row[2] for row in rows)
        return {"busy": round(busy / length, 4), "events_per_s": round(events / length, 1)}

    def _add(self, second: int, busy_s: float, events: int) -> None:
        if not self._rows or self._rows[-1][0] != second:
            self._rows.append([second, 0.0, 0.0])
        self._rows[-1][1] += busy_s
        self._rows[-1][2] += events

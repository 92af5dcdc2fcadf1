"""When a checkpoint is due, so that its work stays a small share and a start stays short.

After as many events as three times the kept cases, and a hundred thousand at the least; and, however
many cases there are, every ten minutes in which there was something to fold: a million cases are
written in seconds, while what came in those minutes need not be folded again.
"""

from collections.abc import Callable

from service.engine.fold import Engine

EVENTS_MIN = 100_000
CASES_FACTOR = 3
CHUNKS_MIN = 500


class Due:
    """Count what was folded since the last checkpoint."""

    def __init__(self, monotonic_s: Callable[[], float], quiet_s: float) -> None:
        """Begin now; after `quiet_s` one is due whatever the number of cases."""
        self._monotonic_s = monotonic_s
        self._quiet_s = quiet_s
        self.begin()

    def begin(self) -> None:
        """Begin to count anew."""
        self._events = self._chunks = 0
        self.since_s = self._monotonic_s()

    def count(self, events: int) -> None:
        """Count a chunk that was folded."""
        self._events += events
        self._chunks += 1

    def is_due(self, engine: Engine) -> bool:
        """Tell whether a checkpoint should be taken now."""
        if not engine.begun or engine.is_moving or engine.is_amid:
            return False
        if self._chunks >= CHUNKS_MIN and self._monotonic_s() - self.since_s >= self._quiet_s:
            return True
        if self._events < EVENTS_MIN:
            return False
        return self._events >= CASES_FACTOR * sum(len(track.cases) for track in engine.tracks)

"""The only reader of the wall clock, and the stamps that are made of it."""

import time


def now_ms() -> int:
    """Return the wall clock in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def monotonic_s() -> float:
    """Return a clock for measuring, which nobody can set."""
    return time.monotonic()


class Stamps:
    """Stamp chunks: the wall clock at the start plus what a monotonic clock has counted since.

    Somebody who sets the wall clock of a running machine therefore moves nothing (01, section 4).
    """

    def __init__(self) -> None:
        """Begin now."""
        self._wall_ms = now_ms()
        self._begun_s = monotonic_s()

    def now(self) -> int:
        """Return the stamp for a chunk that is made now."""
        return self._wall_ms + int((monotonic_s() - self._begun_s) * 1000)

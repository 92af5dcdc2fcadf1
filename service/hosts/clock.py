"""The only reader of the clocks, and the stamps that are made of them."""

import time
from collections.abc import Iterable

from service import metrics
from service.hosts.guard import Guard
from service.logs import logger


def now_ms() -> int:
    """Return the wall clock in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def monotonic_s() -> float:
    """Return a clock for measuring, which nobody can set."""
    return time.monotonic()


def monotonic_ms() -> int:
    """Return the same in whole milliseconds."""
    return time.monotonic_ns() // 1_000_000


class Steady:
    """Follow the wall clock on, never back: who sets it back stops no retry."""

    def __init__(self) -> None:
        """Begin now."""
        self._offset = now_ms() - monotonic_ms()

    def now(self) -> int:
        """Return UTC milliseconds."""
        steady = monotonic_ms()
        self._offset = max(self._offset, now_ms() - steady)
        return steady + self._offset


class Stamps:
    """Stamp chunks with the time that the guard lets pass (01, section 4)."""

    def __init__(self, last: int | None = None) -> None:
        """Begin now, behind the last chunk of the log."""
        self._guard = Guard(now_ms(), monotonic_ms(), last)
        self._told = False
        self._tell()

    def now(self, recorded: Iterable[int] = ()) -> int:
        """Return the stamp for a chunk made now, of events that were recorded at these times."""
        stamp = self._guard.now(now_ms(), monotonic_ms(), recorded)
        self._tell()
        return stamp

    def _tell(self) -> None:
        held = self._guard.held
        if held == self._told:
            return
        self._told = held
        metrics.TIME_HELD.set(held)
        if held:
            what = "nothing falls due until an event or five steady minutes confirm the clock"
            logger().warning("time is held", detail=what)
        else:
            logger().info("time goes on")

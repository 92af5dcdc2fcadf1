"""The only reader of the wall clock."""

import time


def now_ms() -> int:
    """Return the wall clock in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def monotonic_s() -> float:
    """Return a clock for measuring, which nobody can set."""
    return time.monotonic()

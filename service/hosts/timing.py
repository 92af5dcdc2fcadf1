"""The brokers' time, as far as their answers tell it.

What an intake vouches for is compared with stamps that the brokers made, so a machine whose own clock
is wrong must not vouch for what has not happened yet.  Each answer brings a stamp; from there our
clock that nobody can set counts on.  Pure: the clock is handed in.
"""

from collections.abc import Callable


class BrokerTime:
    """Say what time it is at the brokers, never later than it is there."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        """Begin without knowing."""
        self._monotonic_s = monotonic_s
        self._told: tuple[int, float] | None = None

    def told(self, stamp: int) -> None:
        """Take the stamp of an answer, in UTC ms."""
        if (now := self.now()) is None or stamp > now:
            self._told = stamp, self._monotonic_s()

    def now(self) -> int | None:
        """Return the time in UTC ms; None before the first answer."""
        if self._told is None:
            return None
        stamp, since_s = self._told
        return stamp + int((self._monotonic_s() - since_s) * 1000)

"""When a quiet log needs a tick: once a minute, and when something is due."""

from service.hosts.folding import Folding
from service.loop import Loop

MINUTE_MS, SECOND_MS = 60_000, 1_000


class Ticking:
    """Know when the last tick was, and whether another one is due."""

    def __init__(self, loop: Loop, folding: Folding) -> None:
        """Take what says when something is due, and whether it is still at an earlier chunk."""
        self._loop = loop
        self._folding = folding
        self._ticked = 0

    def is_due(self, now: int) -> bool:
        """Tell whether to tick now, and take it for done; what is due ticks once a second at most."""
        if self._folding.is_behind or self._loop.engine.is_moving:
            return not self._folding.is_behind
        due = self._loop.engine.next_instant()
        if (due is None or due > now) and now // MINUTE_MS == self._ticked // MINUTE_MS:
            return False
        if due is not None and due <= now and now - self._ticked < SECOND_MS:
            return False
        self._ticked = now
        return True

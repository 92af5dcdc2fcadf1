"""Faust's reading of the changelog, seen to: it may miss its own end, and it throws rows away.

It says once that all rows are read, and who does not wait for that yet waits until the next deal.  And
a batch that was fetched when partitions are dealt anew, or while the flow is closed for a moment, is let
go of with the client's position already behind it: those rows never come.  Both were seen when workers
joined, one time in twenty.  Starting the worker again was rejected: that is one more join for the others.
"""

from contextlib import suppress
from typing import Any

# For so long rows may stay away before they are asked for again.
PATIENCE_S = 0.5


class Rows:
    """See to it that the rows of a recovery come, and that its end is heard."""

    def __init__(self, recovery: Any) -> None:
        """Take Faust's recovery."""
        self._recovery = recovery
        self._left: dict[Any, int] = {}
        self._since_s = 0.0

    def wake(self) -> None:
        """Tell Faust again that the changelog is read.

        Only who waits now may hear it: said to the next deal, that would take its rows for read, close
        the way by which they come, and wait for them in vain.
        """
        recovery = self._recovery
        if not (recovery.in_recovery or recovery.need_recovery()):
            recovery.signal_recovery_end.set()
            recovery.signal_recovery_end.clear()

    async def read_on(self, consumer: Any, now_s: float) -> None:
        """Read again from the last row that came, where none has come for a while and some are left."""
        left = {tp: count for tp, count in self._recovery.active_remaining().items() if count > 0}
        if left != self._left:
            self._left, self._since_s = left, now_s
        elif left and now_s - self._since_s > PATIENCE_S:
            self._since_s = now_s
            with suppress(Exception):  # dealt anew meanwhile: the next deal seeks by itself
                for tp in left:
                    await consumer.seek(tp, max(self._recovery.active_offsets[tp], 0))

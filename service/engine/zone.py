"""One time zone as a list of transitions, so that no machine's zone files can disagree.

Wall times are handled as milliseconds of a clock that knows no zone ("local ms"), days as days
since 1970-01-01 on that clock.  Asking the standard zone files at fold time was rejected: the
plan must hold all that a fold depends on (01, section 4).
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)


class Zone:
    """Translate between UTC and the wall clock of one zone."""

    def __init__(self, name: str, transitions: Sequence[tuple[int, int]]) -> None:
        """Take (from UTC ms, offset ms) in ascending order; the first also covers all before."""
        self.name = name
        self.transitions = transitions
        self._starts = [start for start, _ in transitions]
        self._offsets = [offset for _, offset in transitions]
        self._local_starts = [start + offset for start, offset in transitions]

    def local(self, at: int) -> int:
        """Return the wall clock's milliseconds at an instant."""
        return at + self._offsets[max(0, bisect_right(self._starts, at) - 1)]

    def day(self, at: int) -> int:
        """Return the number of the local day of an instant."""
        return self.local(at) // DAY_MS

    def utc(self, local: int, *, last: bool = False) -> int:
        """Return the instant of a wall time.

        A wall time that does not exist is the instant of the jump; of one that occurs twice the
        first is meant, or with `last` the second (02, "DST edges").
        """
        i = max(0, bisect_right(self._local_starts, local) - 1)
        following = self._starts[i + 1] if i + 1 < len(self._starts) else None
        if following is not None and local - self._offsets[i] >= following:
            return following
        if i > 0 and not last and local - self._offsets[i - 1] < self._starts[i]:
            return local - self._offsets[i - 1]
        return local - self._offsets[i]


def day_number(text: str) -> int:
    """Return the number of a day written as YYYY-MM-DD; raise ValueError for anything else."""
    return (date.fromisoformat(text) - _EPOCH).days


def day_text(number: int) -> str:
    """Return a day as YYYY-MM-DD."""
    return (_EPOCH + timedelta(days=number)).isoformat()


def weekday(number: int) -> int:
    """Return 0 for a Monday up to 6 for a Sunday."""
    return (number + 3) % 7

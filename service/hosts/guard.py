"""The guard of time: a clock that somebody set must not fire a thousand deadlines at once.

Time goes on by the monotonic clock.  It is held when the wall clock leaves that one by more than a
minute, or when a start lies more than ten minutes away from the last chunk of the log: either the
machine slept or was off, and then the wall clock is right, or the wall clock is wrong.  Two things
decide for the wall clock: an event that was recorded near it, or five minutes in which it ran
steadily.  After a start time goes on at least to what was recorded meanwhile: what senders kept for
us while we were away would otherwise lie ahead of the log, and be set aside as from the future.

The log's time never goes back.  If it is ahead of a wall clock that an event confirmed, it stands
until that clock has come; if nothing but steadiness speaks for a clock that went back, as after a
start in 1970, time goes on from where it was held.

Pure: the clocks are arguments, so that a test can set them to 1970 or to 2038.
"""

from collections.abc import Iterable

APART_MS = 60_000
AWAY_MS = 10 * 60_000
STEADY_MS = 5 * 60_000
NEAR_MS = 5 * 60_000


class Guard:
    """Say what time it is, never less than before."""

    def __init__(self, wall: int, monotonic: int, last: int | None) -> None:
        """Begin; `last` is the stamp of the last chunk, None for a log without one."""
        self._stamp = wall if last is None else last
        self._offset = wall - monotonic
        self._before: int | None = None
        self._ahead = 0
        # Since when the clocks run together as they do now, while time is held; else None.
        self._since = monotonic if last is not None and abs(wall - last) > AWAY_MS else None

    @property
    def held(self) -> bool:
        """Tell whether time stands still until something confirms the wall clock."""
        return self._since is not None

    def now(self, wall: int, monotonic: int, recorded: Iterable[int] = ()) -> int:
        """Return the time, given both clocks and when events that just came were recorded."""
        self._watch(wall, monotonic)
        times = list(recorded)
        if self._since is not None or self._ahead:
            heard = any(abs(at - wall) <= NEAR_MS for at in times)
            steady = self._since is not None and monotonic - self._since >= STEADY_MS
            if heard or steady:
                self._go_on(wall, confirmed=heard)
        if self._since is None:
            self._stamp = max(self._stamp, monotonic + self._offset + self._ahead)
        elif self._before is None:
            self._stamp = max([self._stamp, *(at for at in times if at <= wall + NEAR_MS)])
        return self._stamp

    def _watch(self, wall: int, monotonic: int) -> None:
        """Hold when the clocks part; go on when they are together again as they were before."""
        offset = wall - monotonic
        if abs(offset - self._offset) <= APART_MS:
            return
        if self._since is None:
            self._before = self._offset
        self._since, self._offset = monotonic, offset
        if self._before is not None and abs(offset - self._before) <= APART_MS:
            self._since, self._offset = None, self._before

    def _go_on(self, wall: int, *, confirmed: bool) -> None:
        """Take the wall clock's word, as far as it may be taken."""
        self._since, self._before = None, None
        behind = self._stamp - wall
        self._ahead = behind if behind > AWAY_MS and not confirmed else 0

"""A pulse: whoever must not stand still beats it, and others see when it stopped.

One for the writer, which beats after each round, also when there was nothing to do; one for the
event loop of the door.  A blocked loop cannot answer `/live` at all, so a thread beside it says in
the log where it hangs.  Ending the process there was rejected: what starts it again asks `/live`.
"""

import sys
import traceback
from collections.abc import Callable
from threading import Event as Flag
from threading import Thread, main_thread

from service.hosts.clock import monotonic_s
from service.logs import logger

STILL_S = 60.0
LOOK_S = 5.0


class Pulse:
    """Remember the last beat."""

    def __init__(
        self,
        clock: Callable[[], float] = monotonic_s,
        show: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin with a beat; `show` lets others see each further one."""
        self._clock = clock
        self._show = show
        self._last = clock()

    def beat(self) -> None:
        """Show that it goes on."""
        self._last = self._clock()
        self._show()

    def rest(self) -> None:
        """Be called still by nobody until the next beat: what comes may take long, and must."""
        self._last = float("inf")

    def still(self) -> int:
        """Return for how many seconds nothing has moved; 0 while it is not too long."""
        silent = self._clock() - self._last
        return int(silent) if silent >= STILL_S else 0


class Watchdog:
    """Say in the log where the main thread hangs, once each time its pulse stops."""

    def __init__(self, pulse: Pulse, look_s: float = LOOK_S) -> None:
        """Take the pulse of the main thread's loop."""
        self._pulse = pulse
        self._look_s = look_s
        self._stop = Flag()
        self._told = False

    def start(self) -> None:
        """Begin to watch; the thread ends with the process."""
        Thread(target=self._run, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stop.set()

    def look(self) -> None:
        """Look once."""
        still = self._pulse.still()
        if still and not self._told:
            frame = sys._current_frames().get(main_thread().ident or 0)  # noqa: SLF001 - the only way
            where = "".join(traceback.format_stack(frame)) if frame is not None else ""
            logger().critical("the door stands still", seconds=still, where=where)
        self._told = bool(still)

    def _run(self) -> None:
        while not self._stop.wait(self._look_s):
            self.look()

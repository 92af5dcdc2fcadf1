"""Work on a copy of the process: a snapshot is written, a new plan is tried, and nothing waits.

A forked child has the memory of this instant, copied by the operating system page by page as the
parent goes on changing its own.  Cutting the state into buckets by hand was rejected: every change
of a case would have to ask whether its bucket is written already.  The child touches no lock, no
connection and no log; it computes, writes one answer to a pipe and leaves without cleaning up.
"""

import gc
import os
import selectors
from collections.abc import Callable

_CHUNK = 65_536
_FIRST_FD, _FDS_MAX = 3, 65_536


class Copy:
    """Run a piece of work in a forked child and collect its answer."""

    def __init__(self, work: Callable[[], bytes]) -> None:
        """Begin at once."""
        reading, writing = os.pipe()
        gc.freeze()
        self.pid = os.fork()
        if self.pid == 0:
            _leave(work, writing)
        os.close(writing)
        self._reading = reading
        self._answer = bytearray()
        self._selector = selectors.DefaultSelector()
        self._selector.register(reading, selectors.EVENT_READ)

    def poll(self, timeout_s: float = 0) -> bytes | None:
        """Return the answer once the child has left, None while it works; empty if it failed."""
        while self._selector.select(timeout_s):
            part = os.read(self._reading, _CHUNK)
            if not part:
                self._selector.close()
                os.close(self._reading)
                _, status = os.waitpid(self.pid, 0)
                return bytes(self._answer) if status == 0 else b""
            self._answer += part
        return None


def _leave(work: Callable[[], bytes], writing: int) -> None:
    """Do the work in the child and never return."""
    code = 1
    try:
        # Locks are held by whoever has the file open: a copy must not outlive its parent with them.
        os.closerange(_FIRST_FD, writing)
        os.closerange(writing + 1, _FDS_MAX)
        answer = memoryview(work())
        while answer:
            answer = answer[os.write(writing, answer) :]
        code = 0
    finally:
        os._exit(code)

"""The lock of a data folder: one process owns it, and the system frees it when that process ends.

Both the file `erosion.lock` and the folder itself are locked.  The file alone was not enough: who
deletes it while the service runs would let a second one in.  The folder alone was not either, since
not every network disk can lock a folder.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from service.errors import BusyError


class Lock:
    """Hold the folder of a database until closed; raise BusyError if another process does."""

    def __init__(self, database: Path) -> None:
        """Take the lock at once or not at all."""
        self._handles: list[int] = []
        try:
            self._take(os.open(database.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600))
            self._take(os.open(database.parent, os.O_RDONLY), may_fail=True)
        except BlockingIOError:
            self.close()
            hint = "stop the other one, or give this one its own folder: EROSION_DATA"
            raise BusyError(f"another process is using {database.parent}", hint) from None

    def close(self) -> None:
        """Let go."""
        while self._handles:
            os.close(self._handles.pop())

    def __enter__(self) -> Self:
        """Hold it for a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Let go at the end of the block."""
        self.close()

    def _take(self, handle: int, *, may_fail: bool = False) -> None:
        self._handles.append(handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            if not may_fail:
                raise

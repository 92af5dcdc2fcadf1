"""Whether the storage has room: one line in the log when that changes, a gauge, and the reason.

While there is none, senders are told to come again and nothing is folded; once a second the writer
tries a turn.  Ending the process was rejected: what is committed can still be delivered.
"""

import shutil
from pathlib import Path

from service import metrics
from service.errors import StorageFullError
from service.logs import logger

RETRY_S = 1.0


class Space:
    """Remember that a commit found no room, until one does."""

    def __init__(self) -> None:
        """Begin with room."""
        self.missing: StorageFullError | None = None

    def lost(self, error: StorageFullError) -> None:
        """Note a turn that was rolled back."""
        metrics.REFUSED_TURNS.inc()
        metrics.STORAGE_FULL.set(1)
        if self.missing is None:
            logger().error("storage full", detail=str(error), what_to_do=error.hint)
        self.missing = error

    def found(self) -> None:
        """Note a turn that was committed."""
        if self.missing is not None:
            metrics.STORAGE_FULL.set(0)
            logger().info("storage has room again")
        self.missing = None


def show_room(folder: Path) -> None:
    """Let each look at the metrics show how much room is left on a folder's disk."""

    def free() -> float:
        try:
            return float(shutil.disk_usage(folder).free)
        except OSError:
            return float("nan")

    metrics.STORAGE_FREE.set_function(free)

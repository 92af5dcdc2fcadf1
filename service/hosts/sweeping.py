"""Deleting what is older than it may be, beside an engine: a thread with a connection of its own.

On one machine the one writer does it in its turns.  Here any engine may, and several at once only look
in vain; their shards must not wait for it.  Age is told by the shards' own time, which nobody can set.
"""

from collections.abc import Callable
from threading import Event as Flag
from threading import Thread

from service import metrics
from service.errors import ErosionError
from service.hosts.clock import monotonic_s
from service.logs import logger
from service.store.database import Database
from service.store.reads import Reads
from service.store.retention import Limits, Retention

LOOK_S = 1.0


class Sweeping:
    """Sweep until told to stop."""

    def __init__(self, open_database: Callable[[], Database], reads: Reads, limits: Limits) -> None:
        """Take what opens a connection, and what tells the shards' time."""
        self._open = open_database
        self._reads = reads
        self._retention = Retention(
            limits, clock=monotonic_s, time=self._time, on_deleted=metrics.retired
        )
        self._stop = Flag()
        self._thread = Thread(target=self._run, name="sweeping", daemon=True)

    def __enter__(self) -> None:
        """Begin."""
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        """End."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _time(self) -> int:
        """Return the time up to which every shard has come; the beginning where none has."""
        return min((int(row["stamp"]) for row in self._reads.reports()), default=0)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            if self._retention.due():
                self._sweep()

    def _sweep(self) -> None:
        try:
            database = self._open()
            try:
                while self._retention.due() and not self._stop.is_set():
                    database.call(self._retention.step)
                    self._stop.wait(LOOK_S)
            finally:
                database.close()
        except ErosionError as error:
            logger().warning("old rows are deleted later", detail=str(error))
            self._stop.wait(60)

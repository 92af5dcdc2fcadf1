"""Where a history comes from: a file of events, an exported log, or the data folder of a service.

What stands in a log has been accepted already, with the time at which it came: that time is its
time of recording here.  A running service is only read; its own engine is left alone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from service.engine.values import Chunk, Event
from service.errors import ErosionError, NotFoundError
from service.hosts.exported_log import FORM, read_exported
from service.log.sqlite import SqliteLog
from service.store.reads import Reads

_HEAD_BYTES = 200


class _Rows:
    """Let a log read through a connection that cannot write."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def rows(self, statement: str, values: Any = ()) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return list(self._reads.tuples(statement, values))


def is_exported(path: Path) -> bool:
    """Tell whether a file is an exported log, not events."""
    try:
        with path.open("rb") as stream:
            return FORM.encode() in stream.read(_HEAD_BYTES)
    except OSError:
        return False


def exported_events(path: Path) -> Iterator[Event]:
    """Yield the events of an exported log with the times at which they came."""
    yield from _events(iter(read_exported(path)))


def stored_events(folder: Path) -> Iterator[Event]:
    """Yield the events of a data folder's log; raise NotFoundError where there is none."""
    database = folder / "erosion.db"
    if not database.is_file():
        raise NotFoundError(f"there is no data in {folder}", "name the folder of EROSION_DATA")
    reads = Reads(database)
    try:
        log = SqliteLog(_Rows(reads))
        if log.is_empty():
            raise ErosionError(f"the log in {folder} is empty", "send events first")
        yield from _events(chunk for _, chunk in log.read(0))
    finally:
        reads.close()


def _events(chunks: Iterator[Chunk]) -> Iterator[Event]:
    for chunk in chunks:
        for event in chunk.events:
            yield event._replace(recorded=max(chunk.stamp, event.time))

"""The embedded log: a table of chunks, appended inside the caller's transaction."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from service.engine.values import Chunk
from service.log.codec import decode_control, decode_events, encode_control, encode_events

PAGE = 500
_READ = "SELECT seq, stamp_ms, kind, payload FROM chunk WHERE seq > ? AND shard = ? ORDER BY seq LIMIT ?"
_CONTROLS = "SELECT seq, payload FROM chunk WHERE kind = 'control' AND shard = ? ORDER BY seq"
# Logs from before there was a number.
FIRST_SEMANTICS = 1


class Rows(Protocol):
    """Run one statement and give its rows."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows."""
        ...


class Appending(Protocol):
    """Append one row to the table of chunks."""

    def append(self, shard: str, stamp: int, kind: str, payload: bytes) -> int:
        """Return the number of the new chunk."""
        ...


class SqliteLog:
    """Append and read the chunks of one shard."""

    def __init__(self, reading: Rows, shard: str = "main") -> None:
        """Take what reads the table; appending goes through a transaction."""
        self._reading = reading
        self._shard = shard

    def append(self, transaction: Appending, chunk: Chunk) -> int:
        """Append a chunk and return its number; it is durable when the transaction is."""
        if chunk.control is not None:
            kind, payload = "control", encode_control(chunk.control)
        elif chunk.events:
            kind, payload = "events", encode_events(chunk.events)
        else:
            kind, payload = "tick", b""
        return transaction.append(self._shard, chunk.stamp, kind, payload)

    def read(self, after: int) -> Iterator[tuple[int, Chunk]]:
        """Yield the chunks behind a number, page by page."""
        while rows := self._reading.rows(_READ, (after, self._shard, PAGE)):
            for seq, stamp, kind, payload in rows:
                yield seq, _chunk(stamp, kind, payload)
            after = rows[-1][0]

    def is_empty(self) -> bool:
        """Tell whether nothing was ever appended."""
        return self.last_seq() == 0

    def is_cut(self) -> bool:
        """Tell whether chunks were deleted; controls are kept for ever, so numbers tell."""
        rows = self._reading.rows("SELECT count(*) FROM chunk WHERE shard = ?", (self._shard,))
        return int(rows[0][0]) < self.last_seq()

    def last_seq(self) -> int:
        """Return the number of the last chunk, 0 where there is none."""
        rows = self._reading.rows("SELECT max(seq) FROM chunk WHERE shard = ?", (self._shard,))
        return int(rows[0][0] or 0)

    def semantics(self) -> int:
        """Return the version of the rules by which the log was decided last."""
        found = [control["number"] for _, control in self._controls("semantics")]
        return int(found[-1]) if found else FIRST_SEMANTICS

    def semantics_seq(self) -> int:
        """Return the chunk from which on those rules hold."""
        found = [seq for seq, _ in self._controls("semantics")]
        return found[-1] if found else 0

    def asides(self) -> dict[int, frozenset[int]]:
        """Return the places of events that were set aside, by their chunk."""
        found: dict[int, frozenset[int]] = {}
        for _, control in self._controls("aside"):
            seq = control["seq"]
            found[seq] = found.get(seq, frozenset()) | frozenset(control["places"])
        return found

    def _controls(self, kind: str) -> list[tuple[int, dict[str, Any]]]:
        rows = self._reading.rows(_CONTROLS, (self._shard,))
        found = [(int(seq), decode_control(payload)) for seq, payload in rows]
        return [(seq, control) for seq, control in found if control.get("kind") == kind]


def _chunk(stamp: int, kind: str, payload: bytes) -> Chunk:
    if kind == "control":
        return Chunk(stamp, (), decode_control(payload))
    return Chunk(stamp, decode_events(payload) if kind == "events" else ())

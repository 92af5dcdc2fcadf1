"""Reading records whose headers have names that are no text.

On the wire a name may be any bytes.  The client's reader makes text of it and raises in the middle of a
batch, so that the rest of the batch could never be had.  Where that was met, batches are taken apart by
the client's slower reader, which can be told to write such bytes as `\\xe9`.  To step over the record was
tried and rejected: one bad name would hide every record that was sent together with it.
"""

from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy


class _Named(bytearray):
    """Be bytes that are text whenever they are asked for it."""

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return _Named(found) if isinstance(place, slice) else found

    def decode(self, *_: Any) -> str:
        return super().decode("utf-8", "backslashreplace")


class _Batch(_DefaultRecordBatchPy):  # type: ignore[misc]
    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer: bytearray = _Named(self._buffer)


class _Records(_MemoryRecordsPy):  # type: ignore[misc]
    def next_batch(self, *_: Any) -> Any:
        raw = self._next_slice
        found = super().next_batch()
        return found if raw is None or raw[self.MAGIC_OFFSET] < 2 else _Batch(raw)  # noqa: PLR2004


def read_leniently() -> None:
    """Let all clients of this process read so from now on; what they hold must be asked for again."""
    fetcher.MemoryRecords = _Records

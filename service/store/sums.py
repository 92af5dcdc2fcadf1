"""A checksum of every page of the database, in a file beside it, so that no flipped bit is missed.

SQLite's own check sees a broken tree but not a changed number in a row.  The pages of the file
change only at a checkpoint, and this process makes all checkpoints: before each one the checksums
of the pages that it will write are taken from the write-ahead log and synced.  If the power fails
in between, those pages still stand in that log, which has checksums of its own.

A checksum in each row was rejected: it covers neither indexes nor the pages between, and every
table would have to carry one.
"""

import os
import struct
import zlib
from array import array
from pathlib import Path

from service.errors import DamagedError
from service.store.failure import RESTORE
from service.store.wal import Wal

_HEAD = struct.Struct("<8sII")
_MAGIC = b"erosums1"
_READ_PAGES = 256


class Sums:
    """Keep the checksums of one database."""

    def __init__(self, database: Path) -> None:
        """Read what is known; nothing is known of a database that another version wrote."""
        self._database = database
        self._file = database.with_suffix(".sums")
        self._known = array("I")
        self._size = 0
        self.is_open = False
        self.exists = self._read()

    def check(self, wal: Wal) -> None:
        """Raise DamagedError at the first page that is not as it was written."""
        number = 0
        with self._database.open("rb") as file:
            while block := file.read(self._size * _READ_PAGES):
                view = memoryview(block)
                for at in range(0, len(block), self._size):
                    number += 1
                    self._compare(number, view[at : at + self._size], wal)
        missing = set(range(number + 1, len(self._known) + 1)) - wal.pages.keys()
        if missing:
            raise DamagedError(f"{self._database} is damaged: it ends at page {number}", RESTORE)

    def make(self) -> None:
        """Take the database as it is; nobody may be writing."""
        raw = self._database.read_bytes()
        self._size = page_size(raw)
        pages = range(0, len(raw), self._size)
        self._known = array("I", (zlib.crc32(raw[at : at + self._size]) for at in pages))
        self._write(self._known.tobytes(), _HEAD.size, fresh=True)

    def take(self, wal: Wal) -> None:
        """Take over, durably, what the next checkpoint will write."""
        if not wal.frames:
            return
        before, known = self._known, self._known[:]
        nothing = zlib.crc32(bytes(self._size))
        known.extend([nothing] * (wal.count - len(known)))
        for page, found in wal.pages.items():
            if page <= wal.count:
                known[page - 1] = found
        changed = {page - 1 for page in wal.pages if page <= wal.count}
        changed.update(range(len(before), len(known)))
        if changed:
            first, last = min(changed), max(changed) + 1
            self._write(known[first:last].tobytes(), _HEAD.size + 4 * first)
        self._known = known

    def known(self) -> "array[int]":
        """Return what is known now, to come back to with `forget_since`."""
        return self._known[:]

    def forget_since(self, known: "array[int]") -> None:
        """Go back to what was known before."""
        self._known = known
        self._write(known.tobytes(), _HEAD.size)

    def mark(self, *, is_open: bool) -> None:
        """Note, durably, that a process has the database open, or that it was closed in order."""
        self.is_open = is_open
        self._write(b"", 0)

    def _read(self) -> bool:
        try:
            raw = self._file.read_bytes()
        except FileNotFoundError:
            return False
        if len(raw) < _HEAD.size or len(raw) % 4:
            return False
        magic, self._size, state = _HEAD.unpack_from(raw)
        self._known = array("I", raw[_HEAD.size :])
        self.is_open = state == 1
        return bool(magic == _MAGIC and self._size)

    def _write(self, body: bytes, at: int, *, fresh: bool = False) -> None:
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if fresh else 0)
        file = os.open(self._file, flags, 0o600)
        try:
            os.pwrite(file, body, at)
            if fresh:  # the head last: a file that was begun and not ended is no file of sums
                os.fdatasync(file)
            os.pwrite(file, _HEAD.pack(_MAGIC, self._size, int(self.is_open)), 0)
            os.fdatasync(file)
        finally:
            os.close(file)
        self.exists = True

    def _compare(self, number: int, page: memoryview, wal: Wal) -> None:
        if number in wal.pages:
            return
        if number > len(self._known) or zlib.crc32(page) != self._known[number - 1]:
            raise DamagedError(
                f"{self._database} is damaged: page {number} is not as it was written", RESTORE
            )


def page_size(head: bytes) -> int:
    """Return the size of a page, as the head of a database says."""
    return {1: 65536}.get(found := int.from_bytes(head[16:18]), found)

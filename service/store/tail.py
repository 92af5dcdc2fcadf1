"""The tail: what the last commit left, noted beside the database.

When a write-ahead log is lost, cut or taken from elsewhere, SQLite opens the database as it was
before, without a word.  So after each commit its number and the last chunk are noted here.  The
note is not synced: it may be older than the database, never newer, and after a kill it is there.
"""

import os
import sqlite3
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from service.errors import DamagedError
from service.store.failure import RESTORE

_NOTE = struct.Struct("<QQII")
# The number of commits is kept in the head of the database, in a field of 31 bits that may wrap.
ROUND = 2**31
_CHUNK = "SELECT stamp_ms, kind, payload FROM chunk WHERE seq = ?"


@dataclass(frozen=True, slots=True)
class Last:
    """Hold the number of the last commit, and the last chunk with its checksum."""

    commits: int = 0
    seq: int = 0
    sum: int = 0


class Tail:
    """Keep the note of one database."""

    def __init__(self, database: Path) -> None:
        """Open or make the note."""
        self._database = database
        self._path = tail_path(database)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)

    def read(self) -> Last | None:
        """Return what was noted; None if there is nothing that can be read."""
        raw = os.pread(self._file, _NOTE.size, 0)
        if len(raw) < _NOTE.size or zlib.crc32(raw[:-4]) != _NOTE.unpack(raw)[-1]:
            return None
        return Last(*_NOTE.unpack(raw)[:3])

    def write(self, last: Last) -> None:
        """Note a commit."""
        head = _NOTE.pack(last.commits, last.seq, last.sum, 0)[:-4]
        os.pwrite(self._file, head + zlib.crc32(head).to_bytes(4, "little"), 0)

    def check(self, reading: sqlite3.Connection) -> Last:
        """Return the last commit of a database; raise DamagedError if later ones were noted."""
        commits = int(reading.execute("PRAGMA user_version").fetchone()[0])
        noted = self.read()
        if noted is None:
            return Last(commits)
        row = reading.execute(_CHUNK, (noted.seq,)).fetchone()
        lost = (noted.commits - commits) % ROUND
        if 0 < lost < ROUND // 2 or (noted.seq and (row is None or sum_of(*row) != noted.sum)):
            raise DamagedError(
                f"{self._database} lacks its last commits: its write-ahead log was lost or is not its own",
                RESTORE,
            )
        return Last(commits, noted.seq, noted.sum)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def tail_path(database: Path) -> Path:
    """Return where the note stands."""
    return database.with_suffix(".tail")


def sum_of(stamp: int, kind: str, payload: bytes) -> int:
    """Return the checksum of a chunk."""
    return zlib.crc32(payload, zlib.crc32(f"{stamp} {kind} ".encode()))

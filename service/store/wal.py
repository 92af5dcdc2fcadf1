"""The write-ahead log of SQLite, read to know which pages the next checkpoint will write.

The format is described by SQLite and does not change: a head of 32 bytes, then frames of a head and
a page.  A frame belongs to this round if its salts are those of the head; only frames up to the
last one that ends a commit count.
"""

import os
import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

HEAD, FRAME = struct.Struct(">IIIIIIII"), struct.Struct(">IIIIII")
LITTLE, BIG = 0x377F0682, 0x377F0683
_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Wal:
    """Hold a checksum for each page that committed frames bring, and the pages there are then."""

    pages: dict[int, int] = field(default_factory=dict)
    count: int = 0
    frames: int = 0


def wal_path(database: Path) -> Path:
    """Return where SQLite keeps the log of a database."""
    return database.with_name(database.name + "-wal")


def bytes_in_use(database: Path) -> int:
    """Return how much of the log this round has filled; behind it may stand the last round's."""
    try:
        handle = os.open(wal_path(database), os.O_RDONLY)
    except FileNotFoundError:
        return 0
    try:
        head = os.pread(handle, HEAD.size, 0)
        if len(head) < HEAD.size:
            return 0
        _, _, size, _, *salts, _, _ = HEAD.unpack(head)
        step: int = FRAME.size + size

        def is_older(number: int) -> bool:
            frame = os.pread(handle, FRAME.size, HEAD.size + number * step)
            return len(frame) < FRAME.size or list(FRAME.unpack(frame)[2:4]) != salts

        return step * bisect_left(range(os.fstat(handle).st_size // step + 1), True, key=is_older)
    finally:
        os.close(handle)


def read_wal(database: Path, *, verify: bool = False, frames: int | None = None) -> Wal:
    """Read the committed frames, or the first `frames`; `verify` stops where SQLite would."""
    try:
        raw = memoryview(wal_path(database).read_bytes())
    except FileNotFoundError:
        return Wal()
    pending: dict[int, int] = {}
    found = Wal()
    for number, (page, count, body) in enumerate(islice(_frames(raw, verify=verify), frames), 1):
        pending[page] = zlib.crc32(body)
        if count:
            found = Wal(found.pages | pending, count, number)
            pending = {}
    return found


def _frames(raw: memoryview, *, verify: bool) -> Iterator[tuple[int, int, memoryview]]:
    """Yield the page, the count of pages after a commit, and the content of each frame."""
    if len(raw) < HEAD.size:
        return
    magic, _, size, _, *salts, first, second = HEAD.unpack_from(raw)
    sums = _summed(raw[: HEAD.size - 8], magic, (0, 0)) if verify else (first, second)
    if magic not in (LITTLE, BIG) or sums != (first, second):
        return
    step = FRAME.size + size
    for at in range(HEAD.size, len(raw) - step + 1, step):
        page, count, *rest = FRAME.unpack_from(raw, at)
        body = raw[at + FRAME.size : at + step]
        if verify:
            sums = _summed(body, magic, _summed(raw[at : at + 8], magic, sums))
        if rest[:2] != salts or (verify and sums != tuple(rest[2:])):
            return
        yield page, count, body


def _summed(part: memoryview, magic: int, sums: tuple[int, int]) -> tuple[int, int]:
    """Continue SQLite's own checksum, which goes over pairs of words."""
    order = "<" if magic == LITTLE else ">"
    words: Sequence[int] = struct.unpack(f"{order}{len(part) // 4}I", part)
    first, second = sums
    for here, there in zip(words[::2], words[1::2], strict=True):
        first = (first + here + second) & _WORD
        second = (second + there + first) & _WORD
    return first, second

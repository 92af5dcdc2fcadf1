"""A checkpoint as rows of a changelog: buckets of bytes, and a manifest that is written last.

Rows are keyed by shard, offset and bucket, so a checkpoint never overwrites another, and one that was
not finished has no manifest and is not there.  Two are kept.  What cannot be trusted is passed over
with a reason.  Each bucket holds many parts of the engine's state: a row for each case would cost
more in keys than in cases, and could not be proved whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from zlib import crc32

from pydantic_core import from_json, to_json

BUCKET_BYTES = 900 * 1024
KEPT = 2
_MANIFEST = "manifest"
Row = tuple[bytes, bytes]


class Restored(NamedTuple):
    """Hold a checkpoint: the offset up to which it covers the log, and its parts by name."""

    offset: int
    parts: Mapping[str, Any]


def rows_of(
    shard: str, offset: int, parts: Iterable[tuple[str, Any]], version: Sequence[int]
) -> Iterator[Row]:
    """Yield the rows of a checkpoint in the order in which they must become durable."""
    sums: list[int] = []
    bucket, size = list[bytes](), 0
    for name, value in parts:
        raw = to_json([name, value]) + b"\n"
        for begin in range(0, len(raw), BUCKET_BYTES):
            piece = raw[begin : begin + BUCKET_BYTES]
            if size + len(piece) > BUCKET_BYTES:
                yield _row(shard, offset, sums, b"".join(bucket))
                bucket, size = [], 0
            bucket.append(piece)
            size += len(piece)
    yield _row(shard, offset, sums, b"".join(bucket))
    manifest = {"version": list(version), "offset": offset, "sums": sums}
    yield _key(shard, offset, _MANIFEST), to_json(manifest)


def newest(
    shard: str, rows: Mapping[bytes, bytes], version: Sequence[int]
) -> tuple[Restored | None, list[str]]:
    """Return the newest checkpoint that can be trusted, and why newer ones cannot."""
    passed_over: list[str] = []
    for offset in offsets(shard, rows):
        try:
            return _restored(shard, rows, offset, version), passed_over
        except (ValueError, KeyError, TypeError) as error:
            passed_over.append(f"checkpoint {shard}/{offset}: {error}")
    return None, passed_over


def offsets(shard: str, rows: Iterable[bytes]) -> list[int]:
    """Return the offsets of a shard's finished checkpoints, the newest first."""
    tail = f"/{_MANIFEST}"
    names = (key.decode() for key in rows)
    mine = [n for n in names if n.startswith(f"{shard}/") and n.endswith(tail)]
    return sorted((int(name.split("/")[-2]) for name in mine), reverse=True)


def outdated(shard: str, rows: Iterable[bytes]) -> list[bytes]:
    """Return the keys of what is older than the last two checkpoints, or was never finished."""
    mine = [key for key in rows if key.startswith(f"{shard}/".encode())]
    kept = set(offsets(shard, mine)[:KEPT])
    return [key for key in mine if int(key.decode().split("/")[-2]) not in kept]


def _restored(
    shard: str, rows: Mapping[bytes, bytes], offset: int, version: Sequence[int]
) -> Restored:
    manifest = from_json(rows[_key(shard, offset, _MANIFEST)])
    if manifest["version"] != list(version):
        raise ValueError(f"written by another version {manifest['version']}")
    buckets = [rows[_key(shard, offset, str(n))] for n in range(len(manifest["sums"]))]
    for number, (bucket, wanted) in enumerate(zip(buckets, manifest["sums"], strict=True)):
        if crc32(bucket) != wanted:
            raise ValueError(f"bucket {number} is damaged")
    lines = b"".join(buckets).splitlines()
    return Restored(offset, dict(from_json(line) for line in lines))


def _row(shard: str, offset: int, sums: list[int], bucket: bytes) -> Row:
    sums.append(crc32(bucket))
    return _key(shard, offset, str(len(sums) - 1)), bucket


def _key(shard: str, offset: int, name: str) -> bytes:
    return f"{shard}/{offset:020d}/{name}".encode()

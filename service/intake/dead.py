"""What goes to the topic of dead letters: the record as it came, and why it was turned away.

Key, value and headers stay as they were, so that a mended producer's tools read them as usual; our
words stand beside them in headers of their own.  A record that is larger than an event may be is
cut to its first kilobyte, with its hash: to copy it whole was rejected, because the dead letters
of one broken producer would then fill the disk that the log needs.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from service.rejected import EVENT_BYTES_MAX, HEAD_BYTES, Rejected

PREFIX = "erosion."
HEADERS_BYTES_MAX = 64 * 1024
NAMES = ("reason", "detail", "topic", "partition", "offset", "source", "time")
CUT_NAMES = ("bytes", "sha256")
Header = tuple[str, bytes | None]


class Record(NamedTuple):
    """Hold one record of a topic and its place."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header] = ()


class Letter(NamedTuple):
    """Hold what is written to the topic of dead letters."""

    key: bytes | None
    value: bytes | None
    headers: list[Header]


def dead_letter(record: Record, why: Rejected, at_ms: int) -> Letter:
    """Return the letter that a rejected record becomes; `at_ms` is when it was turned away."""
    at = datetime.fromtimestamp(at_ms / 1000, tz=UTC).isoformat(timespec="milliseconds")
    place = (record.topic, str(record.partition), str(record.offset))
    ours = dict(zip(NAMES, (why.reason.value, why.detail, *place, why.source, at), strict=True))
    value = record.value
    if value is not None and len(value) > EVENT_BYTES_MAX:
        ours |= zip(CUT_NAMES, (str(len(value)), sha256(value).hexdigest()), strict=True)
        value = value[:HEAD_BYTES]
    key = record.key[:HEADERS_BYTES_MAX] if record.key is not None else None
    return Letter(key, value, [*_kept(record.headers), *_written(ours)])


def size_of(headers: Sequence[Header]) -> int:
    """Return how many bytes headers take."""
    return sum(len(name) + len(value or b"") for name, value in headers)


def _kept(headers: Sequence[Header]) -> list[Header]:
    """Return the headers as they came; those that look like ours, or are too much, are left out."""
    theirs = [(name, value) for name, value in headers if not name.startswith(PREFIX)]
    return theirs if size_of(theirs) <= HEADERS_BYTES_MAX else []


def _written(ours: dict[str, str]) -> list[Header]:
    return [(PREFIX + name, text.encode(errors="replace")) for name, text in ours.items()]

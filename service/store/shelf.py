"""The shelf: whole inputs that were turned away, compressed, kept until they are tried again.

It has room for so many and so many bytes.  At the limit the oldest lose their body, not their
row: what was wrong, and how it began, stays readable.  The limit is looked up in the table each
time instead of being counted in memory, because a transaction that fails must not leave a count
that is wrong.
"""

import json
import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from service.engine.values import Event

BODIES_MAX = 10_000
BODIES_BYTES_MAX = 64 * 1024 * 1024
HEAD_BYTES = 1024
AHEAD, UNFOLDED = "future", "fold"
_LEVEL = 1
INSERT = (
    "INSERT INTO quarantine (at, source, reason, detail, head, hash, body, body_bytes, origin) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (origin) DO NOTHING"
)
# PostgreSQL adds whole numbers up to one without a limit, which its driver gives back as no int.
SUMS = (
    "SELECT count(*), CAST(coalesce(sum(body_bytes), 0) AS BIGINT) "
    "FROM quarantine WHERE body_bytes > 0"
)
_OLDEST = "SELECT number, body_bytes FROM quarantine WHERE body_bytes > 0 ORDER BY number"
_EMPTY = "UPDATE quarantine SET body = NULL, body_bytes = 0 WHERE body_bytes > 0 AND number <= ?"
_DONE = "UPDATE quarantine SET body = NULL, body_bytes = 0, redriven_at = ? WHERE number = ?"
_AGAIN = "UPDATE quarantine SET reason = ?, detail = ? WHERE number = ?"


class Sums(NamedTuple):
    """Say how full the shelf is, and how many bodies were just taken off it."""

    bodies: int
    bytes: int
    emptied: int = 0


class Kept(NamedTuple):
    """Hold one input that can be tried again."""

    number: int
    source: str
    body: bytes
    reason: str = ""


class Writing(Protocol):
    """Run statements inside a transaction."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one statement."""
        ...

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row."""
        ...


def put(writing: Writing, at: int, rejected: Sequence[Any]) -> Sums:
    """Keep what was turned away; the oldest make room if they must."""
    first_with_body = len(rejected) - BODIES_MAX
    packed = [
        pack(bad.body) if bad.body and place >= first_with_body else None
        for place, bad in enumerate(rejected)
    ]
    rows = [(at, *_row(bad, body)) for bad, body in zip(rejected, packed, strict=True)]
    writing.many(INSERT, rows)
    never_kept = sum(1 for bad in rejected[: max(first_with_body, 0)] if bad.body)
    sums = make_room(writing)
    return sums._replace(emptied=sums.emptied + never_kept)


def _row(bad: Any, body: bytes | None) -> tuple[Any, ...]:
    told = (bad.source, bad.reason.value, bad.detail, bad.head, bad.hash)
    return (*told, body, len(body or b""), bad.origin or None)


def put_ahead(writing: Writing, events: Sequence[tuple[int, Event]]) -> Sums:
    """Keep events that are dated ahead of the log, each with the log's time."""
    detail = "dated {minutes} minutes ahead of the log"
    return _put_events(writing, events, AHEAD, detail, [None] * len(events))


def put_unfolded(
    writing: Writing, events: Sequence[tuple[int, Event]], origins: Sequence[str] = ()
) -> Sums:
    """Keep events that the engine could not fold, each with the log's time.

    `origins` name their places in a log that may be folded again: each is kept once.
    """
    detail = "the engine failed on it three times"
    return _put_events(writing, events, UNFOLDED, detail, origins or [None] * len(events))


def _put_events(
    writing: Writing,
    events: Sequence[tuple[int, Event]],
    reason: str,
    detail: str,
    origins: Sequence[str | None],
) -> Sums:
    """Keep events as the log holds them.

    Their customers are pseudonyms already, so they must not come through the door again.
    """
    rows = []
    for (at, event), origin in zip(events, origins, strict=True):
        raw = json.dumps(event, ensure_ascii=False).encode()
        body = pack(raw)
        text = detail.format(minutes=(event.time - at) // 60_000)
        hashed = sha256(raw).hexdigest()[:32]
        head = raw[:HEAD_BYTES]
        rows.append((at, event.source, reason, text, head, hashed, body, len(body), origin))
    writing.many(INSERT, rows)
    return make_room(writing)


def make_room(writing: Writing) -> Sums:
    """Take bodies off until both limits hold, the oldest first."""
    bodies, size = writing.rows(SUMS)[0]
    emptied, last = 0, None
    if bodies > BODIES_MAX or size > BODIES_BYTES_MAX:
        for number, length in writing.rows(_OLDEST):
            if bodies - emptied <= BODIES_MAX and size <= BODIES_BYTES_MAX:
                break
            emptied, size, last = emptied + 1, size - length, number
    if last is not None:
        writing.many(_EMPTY, [(last,)])
    return Sums(bodies - emptied, size, emptied)


def settle(
    writing: Writing, at: int, accepted: Sequence[int], again: Sequence[tuple[str, str, int]]
) -> Sums:
    """Mark what was accepted after all; give what was not its new reason and detail."""
    writing.many(_DONE, [(at, number) for number in accepted])
    writing.many(_AGAIN, again)
    return Sums(*writing.rows(SUMS)[0])


def pack(body: bytes) -> bytes:
    """Return a body as it is kept."""
    return zlib.compress(body, _LEVEL)


def unpack(packed: bytes) -> bytes:
    """Return a body as it came."""
    return zlib.decompress(packed)

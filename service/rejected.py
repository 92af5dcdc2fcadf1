"""What the door turns away: never lost, always with a reason from a closed list."""

from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

HEAD_BYTES = 1024
EVENT_BYTES_MAX = 1024 * 1024
_SHOWN_CHARACTERS = 60
_DETAIL_CHARACTERS = 300


class Reason(StrEnum):
    """Say why an input became no event."""

    JSON = "json"
    SIZE = "size"
    DEPTH = "depth"
    KEYS = "keys"
    NUMBER = "number"
    TEXT = "text"
    ROW = "row"
    CONTENT = "content"
    VERSION = "version"
    SOURCE = "source"
    ID = "id"
    TYPE = "type"
    TIME = "time"
    CASE = "case"
    FUTURE = "future"
    FOLD = "fold"


class Refusal(Exception):  # noqa: N818 - it never leaves this package
    """Carry a reason up to the one place that makes a Rejected of it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """Keep the reason and what was wrong."""
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Rejected(NamedTuple):
    """Keep a rejected input: its reason, what was wrong, and the bytes as they came.

    `body` is the whole input, so that it can be tried again; it is empty where the input is
        larger than an event may be.  `line` counts from 1 where the input came in lines.  `origin` is
    where it stands in a log of others, `topic/incarnation/partition/offset`: one that is read again
    is kept once.
    """

    reason: Reason
    detail: str
    source: str
    head: bytes
    hash: str
    body: bytes = b""
    line: int = 0
    origin: str = ""


def rejected(reason: Reason, detail: str, raw: bytes, source: str = "", line: int = 0) -> Rejected:
    """Return the record of an input that was turned away; its detail is one line."""
    words = " ".join(detail.split())[:_DETAIL_CHARACTERS]
    body = raw if len(raw) <= EVENT_BYTES_MAX else b""
    return Rejected(
        reason, words, source, raw[:HEAD_BYTES], sha256(raw).hexdigest()[:32], body, line
    )


def shown(value: object) -> str:
    """Return a value as a detail may quote it: short, and nothing in it can forge a line."""
    if isinstance(value, str):
        cut = value[:_SHOWN_CHARACTERS]
        return ascii(cut) if cut == value else ascii(cut) + " .."
    return type(value).__name__

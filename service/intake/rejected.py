"""What the door turns away: never lost, always with a reason from a closed list."""

from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

HEAD_BYTES = 1024


class Reason(StrEnum):
    """Say why an input became no event."""

    JSON = "json"
    SIZE = "size"
    VERSION = "version"
    SOURCE = "source"
    ID = "id"
    TYPE = "type"
    TIME = "time"
    CASE = "case"
    FUTURE = "future"


class Rejected(NamedTuple):
    """Keep a rejected input: its reason, what was wrong, and the beginning of its bytes."""

    reason: Reason
    detail: str
    source: str
    head: bytes
    hash: str


def rejected(reason: Reason, detail: str, raw: bytes, source: str = "") -> Rejected:
    """Return the record of an input that was turned away; at most 1 KiB of it is kept."""
    return Rejected(reason, detail, source, raw[:HEAD_BYTES], sha256(raw).hexdigest()[:32])

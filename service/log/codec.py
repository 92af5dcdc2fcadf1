"""Chunks to bytes and back: lists of plain values as JSON.

Lists instead of objects, because the names of fields would be half of the log.  A binary format
was rejected: people must be able to read what their log says of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import from_json, to_json

from service.engine.values import Event
from service.errors import DamagedError

_HINT = "restore the last backup; do not delete the log"


def encode_events(events: Sequence[Event]) -> bytes:
    """Return the payload of a chunk of events."""
    return to_json(events)


def decode_events(payload: bytes) -> list[Event]:
    """Rebuild the events of a payload; raise DamagedError if it is none."""
    try:
        return [Event(*fields) for fields in from_json(payload)]
    except (ValueError, TypeError) as error:
        raise DamagedError(f"a chunk of the log cannot be read: {error}", _HINT) from None


def rename_customer(payload: bytes, old: str, new: str) -> tuple[bytes, int]:
    """Return a payload of events with another pseudonym, and how many events changed.

    Their digests go: they were made with the pseudonym, so it could be found again by trying.
    """
    events = decode_events(payload)
    mine = [event.customer == old for event in events]
    changed = [
        event._replace(customer=new, digest=0) if is_mine else event
        for event, is_mine in zip(events, mine, strict=True)
    ]
    return encode_events(changed), sum(mine)


def encode_control(data: Mapping[str, Any]) -> bytes:
    """Return the payload of a control chunk."""
    return to_json(data)


def decode_control(payload: bytes) -> dict[str, Any]:
    """Rebuild what a control chunk carries."""
    try:
        return dict(from_json(payload))
    except (ValueError, TypeError) as error:
        raise DamagedError(f"a control chunk cannot be read: {error}", _HINT) from None

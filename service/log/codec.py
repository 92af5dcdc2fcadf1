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


def encode_control(data: Mapping[str, Any]) -> bytes:
    """Return the payload of a control chunk."""
    return to_json(data)


def decode_control(payload: bytes) -> dict[str, Any]:
    """Rebuild what a control chunk carries."""
    try:
        return dict(from_json(payload))
    except (ValueError, TypeError) as error:
        raise DamagedError(f"a control chunk cannot be read: {error}", _HINT) from None

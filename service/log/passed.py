"""What a door writes into its topic: events that it has checked, what it turned away, and its pulse.

Events are written as the log has them, so that nothing is decoded twice and a customer's name never
reaches a topic of ours.  The pulse says each second that the door stands open: while no door does,
nobody can tell us anything, and that quiet must not be held against people.
"""

from typing import Any

import msgspec

from service.engine.values import Event
from service.errors import DamagedError
from service.rejected import Rejected

DOOR = "door"
PULSE = b"b"
_KINDS: dict[bytes, type[Event | Rejected]] = {b"e": Event, b"r": Rejected}
_LETTERS = {kind: letter for letter, kind in _KINDS.items()}
_ENCODER = msgspec.msgpack.Encoder()
_DECODERS: dict[bytes, Any] = {k: msgspec.msgpack.Decoder(kind) for k, kind in _KINDS.items()}


def encode_passed(item: Event | Rejected) -> bytes:
    """Return the bytes of an event or a rejection."""
    return _LETTERS[type(item)] + _ENCODER.encode(item)


def decode_passed(raw: bytes) -> Event | Rejected | None:
    """Rebuild what a door wrote; None for its pulse.  Raise DamagedError for anything else."""
    if raw == PULSE:
        return None
    try:
        found: Event | Rejected = _DECODERS[raw[:1]].decode(memoryview(raw)[1:])
    except (KeyError, msgspec.MsgspecError, UnicodeDecodeError):
        hint = "somebody else writes there; stop them"
        raise DamagedError("a record in the doors' topic is not of a door", hint) from None
    return found

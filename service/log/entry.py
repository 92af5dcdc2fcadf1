"""What stands in a Kafka log, and its bytes: cuts of the raw topics, ticks and controls.

A *cut* says which raw offsets it covers, for this shard, so that overlapping writers can be told
apart by whoever folds: nothing is lost or doubled without transactions (01, section 4).  A *tick*
vouches for raw partitions up to their ends.  A *control* has an id and is applied once.
The log's own stamp counts, the broker's; `stamp` stands instead of it where time is the events' own.

MessagePack, not the JSON lines of the log on one machine: there are five times as many bytes to
send, and 1.4 microseconds an event to spare (09, section 2).  The first byte names the kind and the
form, so that a later form can be told from this one.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from service.engine.values import Event
from service.errors import DamagedError
from service.rejected import Rejected

_HINT = "another version wrote it, or somebody else writes to this topic; stop them, see the manual"


class Run(NamedTuple):
    """Cover raw offsets from `first` up to, not including, `to` of one raw partition.

    `offsets` and `turned` are the raw offsets of the events and of the rejections that the cut
    carries from here, in their order; what another shard gets is covered and not carried.
    """

    topic: str
    incarnation: str
    partition: int
    first: int
    to: int
    offsets: list[int]
    turned: list[int]


class Cut(NamedTuple):
    """Hold the events and rejections of some runs, one run after another.

    `routes` is the number of the plan by which they were sent to this shard.
    """

    routes: int
    runs: list[Run]
    events: list[Event]
    rejected: list[Rejected]
    stamp: int | None = None


class Mark(NamedTuple):
    """Vouch that a raw partition was read up to `end`, and heard until an instant."""

    topic: str
    incarnation: str
    partition: int
    end: int
    heard: int


class Tick(NamedTuple):
    """Let time pass; `partitions` says how many partitions each raw topic has.

    `alive` says for each source when a record of it was read last, whatever shard it was for: who
    speaks to another shard is not silent.
    """

    marks: list[Mark]
    partitions: dict[str, int]
    alive: dict[str, int]
    stamp: int | None = None


class Lost(NamedTuple):
    """Tell that raw offsets from `first` up to `to` can never be read."""

    topic: str
    incarnation: str
    partition: int
    first: int
    to: int


class Told(NamedTuple):
    """Hold a control under an id: whatever the number of copies, it is applied once."""

    id: str
    control: Mapping[str, Any]
    stamp: int | None = None


Entry = Cut | Tick | Lost | Told
_KINDS: dict[bytes, type[Cut | Tick | Lost | Told]] = {
    b"c": Cut,
    b"t": Tick,
    b"l": Lost,
    b"p": Told,
}
_LETTERS = {kind: letter for letter, kind in _KINDS.items()}
_ENCODER = msgspec.msgpack.Encoder()
_DECODERS: dict[bytes, Any] = {
    letter: msgspec.msgpack.Decoder(kind) for letter, kind in _KINDS.items()
}


def encode(entry: Entry) -> bytes:
    """Return the bytes of an entry."""
    return _LETTERS[type(entry)] + _ENCODER.encode(entry)


def decode(raw: bytes) -> Entry:
    """Rebuild an entry; raise DamagedError if the bytes are none."""
    decoder = _DECODERS.get(raw[:1])
    if decoder is None:
        raise DamagedError(f"an entry of the log is of an unknown kind: {raw[:1]!r}", _HINT)
    try:
        entry: Entry = decoder.decode(memoryview(raw)[1:])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedError(f"an entry of the log cannot be read: {error}", _HINT) from None
    return entry

"""One record of Kafka in, events or rejections out; nothing here connects, and nothing raises.

CloudEvents come as their Kafka binding says: structured, the whole event in the value, or binary,
the attributes in headers `ce_NAME` and the data in the value.  A batch is refused: the offset of a
record is what says exactly once, and it has to mean one event.  Plain rows are told by the format
of the source, never by headers, because a producer may add headers of its own.

A topic brings one source, which then need not stand in the event; an event in it that names another
one is turned away, since a feed that is away would look alive.  Where sources share a topic, the
event's own `source` decides.

A record without a value and without attributes is a tombstone: it says that a key is to be
forgotten, which is no event and no mistake either.  It gives an empty list, for the caller to count
by that; to keep it in quarantine was rejected, because there is nothing in it to mend.
"""

from collections.abc import Iterator, Sequence

from service.engine.values import Event
from service.intake.avro import NO_SCHEMAS, Schemas, decode_avro
from service.intake.binary import CONTENT_TYPE, decode_attributes, plain_text
from service.intake.decode import Decoder
from service.intake.document import without_mark
from service.intake.media import is_structured
from service.rejected import EVENT_BYTES_MAX, Reason, Rejected, rejected, shown

# A header without a value is one that says nothing.
Headers = Sequence[tuple[str, bytes | None]]
_PREFIX = "ce_"
_EVENTS = "application/cloudevents"
_ONE = f"{_EVENTS}+json"


def decode_record(
    decoder: Decoder,
    source: str,
    key: bytes | None,
    value: bytes | None,
    headers: Headers,
    schemas: Schemas = NO_SCHEMAS,
) -> list[Event | Rejected]:
    """Return what one record holds: one event, one rejection, or nothing for a tombstone.

    `source` is what the record's topic brings, empty where sources share it.  `schemas` must know
    every schema that an Avro record names (service/intake/registry.py fetches them).
    """
    form = decoder.format(source)
    binary = form == "cloudevents" and _is_binary(headers)
    if value is None and not binary:
        return []
    if len(value or b"") > EVENT_BYTES_MAX:
        detail = f"{len(value or b'')} bytes, at most {EVENT_BYTES_MAX}"
        return [rejected(Reason.SIZE, detail, value or b"", source)]
    if binary:
        item = decode_attributes(decoder, _attributes(headers), plain_text, value or b"", source)
    elif form == "cloudevents":
        item = _structured(decoder, source, value or b"", _content_type(headers))
    elif form == "avro":
        item = decode_avro(decoder, source, value or b"", schemas)
    else:
        item = decoder.single(without_mark(value or b""), source)
    return [_of_its_topic(item, source, value or b"")]


def _is_binary(headers: Headers) -> bool:
    if _content_type(headers).startswith(_EVENTS):
        return False
    return any(name.startswith(_PREFIX) for name, _ in headers)


def _structured(decoder: Decoder, source: str, value: bytes, kind: str) -> Event | Rejected:
    if kind.startswith(_EVENTS) and not (is_structured(kind) and kind.startswith(_ONE)):
        detail = f"{shown(kind)} is not read; a record is one event, as {_ONE}"
        return rejected(Reason.CONTENT, detail, value, source)
    return decoder.single(without_mark(value), source)


def _of_its_topic(item: Event | Rejected, source: str, value: bytes) -> Event | Rejected:
    if isinstance(item, Rejected) or not source or item.source == source:
        return item
    detail = f"the topic brings {source}, and this is an event of {item.source}"
    return rejected(Reason.SOURCE, detail, value, source)


def _content_type(headers: Headers) -> str:
    values = (value for name, value in headers if name == "content-type" and value)
    return next(values, b"").decode("latin-1").strip().lower()


def _attributes(headers: Headers) -> Iterator[tuple[str, bytes]]:
    for name, value in headers:
        if value is None:
            continue
        if name == "content-type":
            yield CONTENT_TYPE, value
        elif name.startswith(_PREFIX):
            yield name.removeprefix(_PREFIX), value

"""CloudEvents in binary mode: the attributes are headers, the body is the data.

Two protocols carry events so.  In HTTP an attribute is `ce-NAME`, and its value is decoded as that
binding says: quotes around a value are taken off, `%C3%BC` becomes a character of UTF-8, and a
percent sign that begins no such code stays.  In Kafka it is `ce_NAME` (service/intake/record.py),
and the value is UTF-8 as it stands.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote_to_bytes

from pydantic_core import to_json

from service.engine.values import Event
from service.intake.decode import Decoder
from service.intake.document import read
from service.intake.media import is_json, is_structured
from service.rejected import Reason, Refusal, Rejected, rejected, shown

Headers = Iterable[tuple[bytes, bytes]]
CONTENT_TYPE = "datacontenttype"
_PREFIX = b"ce-"
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def is_binary(headers: Headers) -> bool:
    """Tell whether a request carries an event's attributes in its headers."""
    named = {name.lower(): value for name, value in headers}
    kind = named.get(b"content-type", b"").decode("latin-1")
    return not is_structured(kind) and any(name.startswith(_PREFIX) for name in named)


def decode_binary(
    decoder: Decoder, headers: Headers, body: bytes, source: str = ""
) -> Event | Rejected:
    """Return the one event of a request in binary mode, or why it is none."""
    return decode_attributes(decoder, _attributes(headers), header_text, body, source)


def decode_attributes(
    decoder: Decoder,
    attributes: Iterable[tuple[str, bytes]],
    text: Callable[[bytes], str],
    body: bytes,
    source: str = "",
) -> Event | Rejected:
    """Return the event that attributes and data make; `text` reads the value of an attribute."""
    event: dict[str, object] = {}
    try:
        for name, value in attributes:
            _refuse_again(event, name)
            event[name] = text(value)
        if body:
            event["data"] = _data(event, body)
    except Refusal as bad:
        kept = to_json({**event, **_undecoded(event, body)})
        return rejected(bad.reason, bad.detail, kept, source)
    return decoder.value(event, source)


def _refuse_again(event: dict[str, object], name: str) -> None:
    if name in event:
        raise Refusal(Reason.KEYS, f"the attribute {shown(name)} stands twice")


def _attributes(headers: Headers) -> Iterator[tuple[str, bytes]]:
    for name, value in headers:
        header = name.lower()
        if header == b"content-type":
            yield CONTENT_TYPE, value
        elif header.startswith(_PREFIX):
            yield header.removeprefix(_PREFIX).decode("latin-1"), value


def header_text(value: bytes) -> str:
    """Return an attribute's text; raise Refusal where it is not UTF-8 or holds a NUL."""
    found = value.strip(b" \t")
    if len(found) > 1 and found[:1] == found[-1:] == b'"':
        found = _ESCAPED.sub(rb"\1", found[1:-1])
    return plain_text(unquote_to_bytes(found), value)


def plain_text(value: bytes, shown_as: bytes | None = None) -> str:
    """Return text as it stands; raise Refusal where it is not UTF-8 or holds a NUL."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        came = (value if shown_as is None else shown_as).decode("latin-1")
        raise Refusal(Reason.TEXT, f"a header is not UTF-8: {shown(came)}") from None
    if "\0" in text:
        raise Refusal(Reason.TEXT, "a header holds the character NUL")
    return text


def _data(event: dict[str, object], body: bytes) -> object:
    kind = event.get("datacontenttype", "application/json")
    if not isinstance(kind, str) or not is_json(kind):
        raise Refusal(Reason.CONTENT, f"data of type {shown(kind)} is not read; send JSON")
    return read(body)


def _undecoded(event: dict[str, object], body: bytes) -> dict[str, object]:
    return {"data_base64": b64encode(body).decode()} if body and "data" not in event else {}

"""CloudEvents in binary mode: the attributes are headers `ce-NAME`, the body is the data.

Header values are decoded as the HTTP protocol binding says: quotes around a value are taken off,
`%C3%BC` becomes a character of UTF-8, and a percent sign that begins no such code stays.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from pydantic_core import to_json

from service.engine.values import Event
from service.intake.decode import Decoder
from service.intake.document import read
from service.intake.media import is_json, is_structured
from service.rejected import Reason, Refusal, Rejected, rejected, shown

Headers = Iterable[tuple[bytes, bytes]]
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
    event: dict[str, object] = {}
    try:
        for name, value in headers:
            _take(event, name.lower(), value)
        if body:
            event["data"] = _data(event, body)
    except Refusal as bad:
        kept = to_json({**event, **_undecoded(event, body)})
        return rejected(bad.reason, bad.detail, kept, source)
    return decoder.value(event, source)


def _take(event: dict[str, object], header: bytes, value: bytes) -> None:
    name = header.removeprefix(_PREFIX).decode("latin-1")
    if header == b"content-type":
        name = "datacontenttype"
    elif not header.startswith(_PREFIX):
        return
    if name in event:
        raise Refusal(Reason.KEYS, f"the attribute {shown(name)} stands twice")
    event[name] = header_text(value)


def header_text(value: bytes) -> str:
    """Return an attribute's text; raise Refusal where it is not UTF-8 or holds a NUL."""
    found = value.strip(b" \t")
    if len(found) > 1 and found[:1] == found[-1:] == b'"':
        found = _ESCAPED.sub(rb"\1", found[1:-1])
    try:
        text = unquote_to_bytes(found).decode()
    except UnicodeDecodeError:
        raise Refusal(
            Reason.TEXT, f"a header is not UTF-8: {shown(value.decode('latin-1'))}"
        ) from None
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

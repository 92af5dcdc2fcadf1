"""One JSON document, read within limits: what is dangerous or has two meanings is refused.

The parser is fast, safe and stops at 200 levels, yet it keeps the last of two equal keys, reads
1e400 as infinity and lets a NUL through.  A second parser with hooks would see all that and take
as long again.  So what was parsed is walked once, and its keys and texts are counted: if the bytes
hold more quotes than these need, one was lost or escaped, and only then somebody looks closely.

The policy for text is the same at every door: it is Unicode without NUL and without lone halves
of a pair.  Such input is refused, never mended, since whoever mends it guesses.
"""

import json
from collections import Counter

from pydantic_core import from_json

from service.rejected import EVENT_BYTES_MAX, Reason, Refusal

DEPTH_MAX = 64
WHOLE_MAX = 10**40
_INFINITY = float("inf")
_TOO_DEEP = f"more than {DEPTH_MAX} levels deep"
_BOM = b"\xef\xbb\xbf"


def read(raw: bytes) -> object:
    """Return the value of one document; raise Refusal where it is too much, or not clear."""
    if len(raw) > EVENT_BYTES_MAX:
        raise Refusal(Reason.SIZE, f"{len(raw)} bytes, at most {EVENT_BYTES_MAX}")
    return _checked(raw, _parsed(raw))


def read_array(raw: bytes) -> list[object]:
    """Return the values of a flawless array; raise Refusal if any value needs a closer look.

    The array itself is one level more than its values may have.
    """
    value = _checked(raw, _parsed(raw), DEPTH_MAX + 1)
    if not isinstance(value, list):
        raise Refusal(Reason.JSON, "not an array")
    return value


def _parsed(raw: bytes) -> object:
    """Return what the parser makes of the bytes, its complaints sorted by reason."""
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise _refusal(raw, str(error)) from None


def _checked(raw: bytes, value: object, room: int = DEPTH_MAX) -> object:
    texts = _count_texts(value if isinstance(value, dict | list) else [value], room)
    if raw.count(b'"') != 2 * texts:
        _refuse_equal_keys(raw)
    # One byte is looked for much faster than six, and escapes are rare.
    if b"\\" in raw and b"\\u0000" in raw and _has_nul(value):
        raise Refusal(Reason.TEXT, "a text holds the character NUL")
    return value


def _count_texts(value: dict[str, object] | list[object], room: int) -> int:
    """Return how many keys and texts a value holds; refuse depth and strange numbers on the way."""
    if not room:
        raise Refusal(Reason.DEPTH, _TOO_DEEP)
    texts, items = (len(value), value.values()) if isinstance(value, dict) else (0, value)
    for item in items:
        kind = item.__class__
        if kind is str:
            texts += 1
        elif kind is dict or kind is list:
            texts += _count_texts(item, room - 1)  # type: ignore[arg-type]
        elif kind is int:
            if not -WHOLE_MAX < item < WHOLE_MAX:  # type: ignore[operator]
                refuse_strange(item)  # type: ignore[arg-type]
        elif kind is float:
            refuse_strange(item)  # type: ignore[arg-type]
    return texts


def refuse_strange(number: float) -> None:
    """Refuse what no number of ours is."""
    if number in (_INFINITY, -_INFINITY):
        raise Refusal(Reason.NUMBER, "a number is too large to be one")
    if isinstance(number, int) and not -WHOLE_MAX < number < WHOLE_MAX:
        raise Refusal(Reason.NUMBER, "a whole number has more than 40 digits; write it as text")


def _refuse_equal_keys(raw: bytes) -> None:
    json.loads(raw, object_pairs_hook=_pairs)


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise Refusal(Reason.KEYS, f"a key stands twice: {twice[:60]!a}")
    return found


def _has_nul(value: object) -> bool:
    """Tell whether any text inside holds the character NUL."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))


def _refusal(raw: bytes, complaint: str) -> Refusal:
    """Say why the parser gave up, in our words where we know them."""
    if "recursion limit" in complaint:
        return Refusal(Reason.DEPTH, _TOO_DEEP)
    if "number out of range" in complaint:
        return Refusal(Reason.NUMBER, f"a number has too many digits: {complaint}")
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return Refusal(Reason.TEXT, f"not UTF-8 at byte {error.start}")
    if _only_lacks(raw, allow_inf_nan=True):
        return Refusal(Reason.NUMBER, "NaN and Infinity are no numbers of JSON")
    if "hex escape" in complaint and _half_pair(raw):
        return Refusal(Reason.TEXT, "a text holds half of a surrogate pair")
    return Refusal(Reason.JSON, f"not JSON: {complaint}")


def _only_lacks(raw: bytes, *, allow_inf_nan: bool) -> bool:
    try:
        from_json(raw, allow_inf_nan=allow_inf_nan)
    except ValueError:
        return False
    return True


def _half_pair(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return True


def without_mark(raw: bytes) -> bytes:
    """Return the bytes without a leading byte order mark."""
    return raw.removeprefix(_BOM)

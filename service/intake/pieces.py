"""The values of a JSON array as pieces of its bytes, so that each is judged by itself.

An array is read in one go where nothing in it is wrong.  Where something is, its neighbours
should not pay: the array is cut at the commas of its own level, and each piece read alone.
"""

import re
from collections.abc import Iterator

# A text that is left open ends with the bytes: to look for its end again from each later quote
# would take a day for one body.
_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]+|[\]}]|,', re.DOTALL)
_BLANK = b" \t\r\n"


def pieces(raw: bytes) -> Iterator[bytes]:
    """Yield the bytes of each value of an array; the last holds whatever was left open."""
    begins = raw.index(b"[") + 1
    depth, first, at = 1, begins, begins
    count = 0
    for found in _TOKENS.finditer(raw, begins):
        token, at = found[0], found.end()
        if token[0] in b"[{":
            depth += len(token)
        elif token in b"]}":
            depth -= 1
        if depth == 0:
            break
        if depth == 1 and token == b",":
            yield raw[first : at - 1].strip(_BLANK)
            count, first = count + 1, at
    closed = depth == 0
    last = raw[first : at - 1 if closed else len(raw)].strip(_BLANK)
    if last or count or not closed:
        yield last
    if closed and (rest := raw[at:].strip(_BLANK)):
        yield rest

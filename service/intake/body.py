"""The body of a request: read within its limit, unpacked within the same one.

A few kilobytes of gzip can unpack to gigabytes, so the stream is unpacked part by part, and each
part is told how much room is left before it begins.
"""

import zlib

from starlette.requests import Request

BODY_BYTES_MAX = 16 * 1024 * 1024
GZIP_MEMBERS_MAX = 1000
_GZIP = ("gzip", "x-gzip")
_PLAIN = ("", "identity")
_GZIP_HEADER = 16 + zlib.MAX_WBITS


class ProblemError(Exception):
    """Carry a status and one clear line up to the answer."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        """Keep what the answer will say."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


async def read_body(request: Request) -> bytes:
    """Return the body, unpacked; raise ProblemError where it is too large or not readable."""
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in (*_PLAIN, *_GZIP):
        detail = f"content encoding {encoding[:40]!a} is not read; send gzip, or none"
        raise ProblemError(415, detail, {"Accept-Encoding": "gzip"})
    gunzip = Gunzip() if encoding in _GZIP else None
    parts: list[bytes] = []
    came = size = 0
    async for part in request.stream():
        came += len(part)
        unpacked = part if gunzip is None else gunzip.feed(part, BODY_BYTES_MAX - size)
        size += len(unpacked)
        if max(came, size) > BODY_BYTES_MAX:
            raise ProblemError(413, f"a body has at most {BODY_BYTES_MAX} bytes; send it in parts")
        parts.append(unpacked)
    if gunzip is not None and not gunzip.whole:
        raise ProblemError(400, "the gzip of the body is cut off")
    return b"".join(parts)


class Gunzip:
    """Unpack a stream of gzip members, never much beyond the room that is left."""

    def __init__(self) -> None:
        """Begin with the first member."""
        self._member = zlib.decompressobj(_GZIP_HEADER)
        self._members = 1

    @property
    def whole(self) -> bool:
        """Tell whether the last member is complete."""
        return self._member.eof

    def feed(self, packed: bytes, room: int) -> bytes:
        """Return what a part unpacks to, at most one byte more than there is room for."""
        found: list[bytes] = []
        while packed and room >= 0:
            if self._member.eof:
                self._begin_another()
            try:
                unpacked = self._member.decompress(packed, room + 1)
            except zlib.error:
                raise ProblemError(400, "the body is not gzip, or damaged") from None
            room -= len(unpacked)
            found.append(unpacked)
            packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return b"".join(found)

    def _begin_another(self) -> None:
        """Go on with the next member; thousands of empty ones are no way to send events."""
        self._members += 1
        if self._members > GZIP_MEMBERS_MAX:
            raise ProblemError(
                400, f"the gzip of the body has more than {GZIP_MEMBERS_MAX} members"
            )
        self._member = zlib.decompressobj(_GZIP_HEADER)

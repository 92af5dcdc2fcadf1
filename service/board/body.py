"""What a request brings, up to a number of bytes: no more is ever read into memory."""

from starlette.requests import Request


async def body_of(request: Request, bytes_max: int) -> bytes | None:
    """Return the whole body, or None as soon as it is larger than it may be."""
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > bytes_max:
            return None
    return bytes(found)

"""Waiting for a while, or until somebody says stop."""

import asyncio


async def pause(stop: asyncio.Event, wait_s: float) -> None:
    """Return after so many seconds, or at once when told to stop."""
    try:
        async with asyncio.timeout(wait_s):
            await stop.wait()
    except TimeoutError:
        return

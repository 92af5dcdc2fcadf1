"""What ends and begins again: waiting in between, and letting go of what belonged to the life before."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from service.logs import logger

STOP_S = 10.0


async def sleep(stop: asyncio.Event, length_s: float) -> None:
    """Wait for a while, or until told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), length_s)


async def quietly(stop: Callable[[], Awaitable[None]]) -> None:
    """Let go of a part; what it says on the way out belongs to a life that is over."""
    try:
        await asyncio.wait_for(stop(), STOP_S)
    except Exception as error:  # noqa: BLE001 - see above
        logger().info("a part did not let go", detail=repr(error))

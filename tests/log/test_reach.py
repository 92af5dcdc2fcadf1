"""A consumer that stumbles over its own tasks when it stops is let go of all the same."""

import asyncio

import pytest

from service.log.reach import let_go


class Client:
    """Be what a consumer speaks through, and the consumer: its `stop` ends as it is told."""

    def __init__(self, rests: asyncio.Future[None]) -> None:
        """Take what the consumer's own task rests on."""
        self._client = self
        self._rests = rests
        self.is_closed = False

    async def stop(self) -> None:
        """Wait for a task, as the client library does for those that it has cancelled."""
        await self._rests

    async def close(self) -> None:
        """Close the line."""
        self.is_closed = True


async def test_its_own_cancelling_is_not_ours() -> None:
    """Who lets go of it goes on, and the line is closed."""
    resting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    resting.cancel()
    client = Client(resting)
    await let_go(client)
    assert client.is_closed


async def test_our_own_cancelling_is_not_swallowed() -> None:
    """Who is cancelled while it waits ends."""
    client = Client(asyncio.get_running_loop().create_future())
    task = asyncio.create_task(let_go(client))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

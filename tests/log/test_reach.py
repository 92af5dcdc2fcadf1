"""What the client library raises becomes our own word, and a consumer that stumbles is let go of."""

import asyncio

import pytest
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
    TopicAuthorizationFailedError,
)

from service.errors import ErosionError, RefusedError, UnreachableError
from service.log.reach import let_go, told


def said(error: Exception) -> ErosionError:
    """Return what becomes of an error."""
    with pytest.raises(ErosionError) as found, told():
        raise error
    return found.value


@pytest.mark.parametrize(
    "kind",
    [ClusterAuthorizationFailedError, GroupAuthorizationFailedError, TopicAuthorizationFailedError],
)
def test_a_missing_right_is_not_tried_again(kind: type[KafkaError]) -> None:
    """Waiting gives nobody a right: it ends loudly, with the command that prints the rights."""
    error = said(kind("eu.log"))
    assert isinstance(error, RefusedError)
    assert "eu.log" in str(error)
    assert "erosion topics --acls" in error.hint


def test_a_message_that_is_too_large_is_not_tried_again() -> None:
    """The same message is as large the next time: what must change is a setting of the topic."""
    error = said(MessageSizeTooLargeError("5000000 bytes"))
    assert isinstance(error, RefusedError)
    assert "max.message.bytes" in error.hint


@pytest.mark.parametrize("error", [NotLeaderForPartitionError(), TimeoutError()])
def test_what_passes_is_tried_again(error: Exception) -> None:
    """Brokers that move or are away are waited for."""
    assert isinstance(said(error), UnreachableError)


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

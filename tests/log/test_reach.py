"""What the client library raises becomes our own word, and a client that cannot stop is let go of."""

import asyncio
from contextlib import nullcontext

import pytest
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
    TopicAuthorizationFailedError,
)

from service.errors import ConfigurationError, ErosionError, RefusedError, UnreachableError
from service.log import reach
from service.log.reach import let_go, let_go_of_sender, told
from service.transport import Transport


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


class Producer:
    """Be a producer whose broker never answers, what it speaks through, and what sends for it."""

    def __init__(self) -> None:
        """Begin to send."""
        self.client = self._sender = self._message_accumulator = self
        self.sender_task = asyncio.ensure_future(asyncio.Event().wait())
        self._batches = {"p.log": ["a batch"]}
        self._md_update_fut = None
        self.is_closed = self.is_stopped = False

    async def flush(self) -> None:
        """Wait for an answer."""
        await asyncio.Event().wait()

    async def stop(self) -> None:
        """Wait for what is left."""
        if self._batches:
            await self.flush()
        self.is_stopped = True

    async def close(self) -> None:
        """Close the line."""
        self.is_closed = True


async def test_a_producer_without_an_answer_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would send again for ever: its task ends, and the line is closed."""
    monkeypatch.setattr(reach, "LAST_S", 0.0)
    producer = Producer()
    await asyncio.sleep(0)
    await let_go_of_sender(producer)
    assert producer.sender_task.cancelled()
    assert producer.is_closed
    assert producer.is_stopped


class Line:
    """Be a line to a broker that says where brokers are."""

    def __init__(self, host: str) -> None:
        """Take the name that the broker goes by."""
        self.brokers = [(1, host, 9092, None)]
        self.is_closed = False

    async def send(self, _: object) -> "Line":
        """Answer."""
        return self

    async def close(self) -> None:
        """Close."""
        self.is_closed = True


@pytest.mark.parametrize(
    ("host", "allowed", "refused"),
    [("127.0.0.1", False, False), ("10.0.0.7", False, True), ("10.0.0.7", True, False)],
)
async def test_plain_text_follows_nobody_to_another_machine(
    monkeypatch: pytest.MonkeyPatch, host: str, *, allowed: bool, refused: bool
) -> None:
    """A broker at loopback may send its clients elsewhere: that is refused, unless it is allowed."""
    line = Line(host)

    async def connected(*_: object, **__: object) -> Line:
        return line

    monkeypatch.setattr(reach, "create_conn", connected)
    way = Transport((("127.0.0.1", 9092),), may_read_along=allowed)
    with pytest.raises(ConfigurationError, match=host) if refused else nullcontext():
        await reach.reach(way)
    assert line.is_closed

"""A client that cannot stop by itself is let go of all the same."""

import asyncio
from contextlib import nullcontext

import pytest

from service.errors import ConfigurationError
from service.log import reach
from service.log.reach import let_go, let_go_of_sender
from service.transport import Transport


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

"""The time of the log is its brokers' own: a topic that keeps the sender's stamp is refused."""

from typing import NamedTuple

import pytest

from service.errors import RefusedError
from service.log.entry import Told
from service.log.kafka import Appended, LogWriter
from service.transport import Transport


class Sent(NamedTuple):
    """Be what a broker answers: its own stamp is of type 1, and 0 says that it kept ours."""

    timestamp_type: int
    offset: int = 7
    timestamp: int = 1_780_000_000_000


class Producer:
    """Be a producer whose broker answers in one way."""

    def __init__(self, answer: Sent) -> None:
        """Take the answer."""
        self._answer = answer

    async def partitions_for(self, _: str) -> set[int]:
        """Know the only one."""
        return {0}

    async def send_and_wait(self, *_: object, **__: object) -> Sent:
        """Send nothing."""
        return self._answer


async def appended(answer: Sent) -> Appended:
    """Append one entry."""
    writer = LogWriter(Transport((("127.0.0.1", 1),), "p"))
    writer._producer = Producer(answer)
    return await writer.append(0, Told("start", {"kind": "start"}))


async def test_a_log_that_keeps_our_stamp_is_refused() -> None:
    """Told at the first entry, with the topic's name; the broker's own stamp is taken."""
    assert await appended(Sent(1)) == Appended(7, Sent(1).timestamp)
    with pytest.raises(RefusedError, match=r"p\.log is not stamped by its brokers"):
        await appended(Sent(0))


async def test_an_entry_that_was_there_already_is_not_refused() -> None:
    """Of a repeated batch that a broker has forgotten the details of, neither place nor stamp is told."""
    assert (await appended(Sent(0, -1))).offset == -1

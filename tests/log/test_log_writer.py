"""A writer of the log learns of a partition that is new, and says so where there is none."""

from types import SimpleNamespace
from typing import cast

import pytest
from aiokafka import AIOKafkaProducer

from service.errors import NotFoundError
from service.log.entry import Told
from service.log.kafka import LogWriter
from service.transport import Transport


class Producer:
    """Know the partitions as they were when it looked last, as the real one does."""

    def __init__(self, known: int, there: int) -> None:
        """Take how many it knows, and how many there are."""
        self._known, self._there = set(range(known)), set(range(there))
        self.client, self.looks = self, 0

    async def partitions_for(self, _: str) -> set[int]:
        """Return what is known."""
        return self._known

    async def force_metadata_update(self) -> None:
        """Look."""
        self.looks += 1
        self._known = self._there

    async def send_and_wait(self, _: str, __: bytes, *, partition: int) -> SimpleNamespace:
        """Take a record for a partition that is known."""
        assert partition in self._known, "Unrecognized partition"
        return SimpleNamespace(offset=partition, timestamp=1, timestamp_type=1)


def writing(producer: Producer) -> LogWriter:
    """Return a writer that was started."""
    writer = LogWriter(Transport((("127.0.0.1", 1),), "eu"))
    writer._producer = cast("AIOKafkaProducer", producer)
    return writer


async def test_a_new_partition_is_found() -> None:
    """The client looks once, when it is asked for a partition that it does not know."""
    producer = Producer(known=1, there=2)
    writer = writing(producer)
    for shard in (0, 1, 1):
        assert (await writer.append(shard, Told("start", {}))).offset == shard
    assert producer.looks == 1


async def test_a_partition_that_is_not_there_is_told() -> None:
    """It ends in one line with what to do, and in no traceback of the client library."""
    with pytest.raises(NotFoundError, match=r"eu\.log has no partition 1") as missing:
        await writing(Producer(known=1, there=1)).append(1, Told("start", {}))
    assert "erosion topics" in missing.value.hint

"""A reader of raw topics answers in time, and takes nothing that was asked for under an older deal."""

import asyncio
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from service.intake.cutting import Place
from service.intake.kafka import RawReader
from service.log.identity import Identity
from service.transport import Transport

AT = TopicPartition("raw", 0)
HERE = Place(*AT)


class Client:
    """Answer nobody while partitions are dealt out, as the real client does."""

    def __init__(self) -> None:
        """Begin in the middle of a deal."""
        self.dealt = asyncio.Event()
        self.sought: list[tuple[TopicPartition, int]] = []

    async def getmany(self, *_: TopicPartition, timeout_ms: int) -> dict[TopicPartition, Any]:
        """Bring one record once the deal is over."""
        await asyncio.wait_for(self.dealt.wait(), None)
        record = ConsumerRecord("raw", 0, 5, timeout_ms, 0, None, b"{}", None, 0, 2, ())
        return {AT: [record]}

    def seek(self, at: TopicPartition, offset: int) -> None:
        """Remember."""
        self.sought.append((at, offset))


async def test_a_deal_that_takes_long_holds_up_nobody() -> None:
    """Time can pass meanwhile; what was asked for before the deal is read again after it."""
    reader, client = RawReader(Transport((("127.0.0.1", 1),), "p"), ["raw"]), Client()
    await reader._consumer.stop()
    reader._consumer = cast("AIOKafkaConsumer", client)
    reader.identities, reader.positions = {"raw": Identity("i", 1)}, {HERE: 5}
    for _ in range(2):
        assert await asyncio.wait_for(reader.read(10), 5) == []
    await reader.on_partitions_revoked([AT])
    reader.positions[HERE] = 5
    client.dealt.set()
    assert await reader.read(10) == []
    assert client.sought == [(AT, 5)]
    [one] = await reader.read(10)
    assert (one.first, one.to) == (5, 6)

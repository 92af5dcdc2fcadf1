"""A reader of raw topics asks for what is there, answers in time, and takes nothing from an older deal."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from service.intake.cutting import Place
from service.intake.kafka import RawReader
from service.log.identity import Identities, Identity
from service.transport import Transport

AT = TopicPartition("raw", 0)
HERE = Place(*AT)


class Client:
    """Answer nobody while partitions are dealt out, as the real client does."""

    def __init__(self) -> None:
        """Begin in the middle of a deal."""
        self.dealt = asyncio.Event()
        self.sought: list[tuple[TopicPartition, int]] = []
        self.asked: list[str] = []

    async def start(self) -> None:
        """Connect."""

    def subscribe(self, topics: list[str], listener: RawReader) -> None:
        """Remember."""
        assert listener.missing.isdisjoint(topics)
        self.asked += topics

    async def getmany(self, *_: TopicPartition, timeout_ms: int) -> dict[TopicPartition, Any]:
        """Bring one record once the deal is over."""
        await asyncio.wait_for(self.dealt.wait(), None)
        record = ConsumerRecord("raw", 0, 5, timeout_ms, 0, None, b"{}", None, 0, 2, ())
        return {AT: [record]}

    def seek(self, at: TopicPartition, offset: int) -> None:
        """Remember."""
        self.sought.append((at, offset))


class Topics:
    """Know which topics there are."""

    def __init__(self, *there: str) -> None:
        """Take their names."""
        self.there = {*there}

    async def start(self) -> None:
        """Connect."""

    async def of(self, topics: Iterable[str]) -> dict[str, Identity]:
        """Tell of those that are there."""
        return {name: Identity("i", 1) for name in topics if name in self.there}


async def reading(client: Client, *topics: str) -> RawReader:
    """Return a reader that speaks through a client."""
    reader = RawReader(Transport((("127.0.0.1", 1),), "p"), topics)
    await reader._consumer.stop()
    reader._consumer = cast("AIOKafkaConsumer", client)
    return reader


async def test_only_what_is_there_is_asked_for() -> None:
    """A client that asks for a topic makes it; what is missing is named, and seen when it comes."""
    client, topics = Client(), Topics("raw")
    reader = await reading(client, "mistyped", "raw")
    reader._identities = cast("Identities", topics)
    await reader.start()
    assert (client.asked, [*reader.missing]) == (["raw"], ["mistyped"])
    assert not reader.has_come()
    topics.there.add("mistyped")
    await reader.look()
    assert reader.has_come()


async def test_nothing_is_asked_for_where_nothing_is() -> None:
    """The client would refuse to ask for no topic at all."""
    client = Client()
    reader = await reading(client, "mistyped")
    reader._identities = cast("Identities", Topics())
    await reader.start()
    assert (client.asked, [*reader.missing]) == ([], ["mistyped"])


async def test_a_deal_that_takes_long_holds_up_nobody() -> None:
    """Time can pass meanwhile; what was asked for before the deal is read again after it."""
    client = Client()
    reader = await reading(client, "raw")
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

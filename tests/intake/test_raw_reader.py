"""A reader of raw topics asks for what is there, answers in time, and takes nothing from an older deal."""

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import NodeNotReadyError
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
        self.kept: list[dict[TopicPartition, int]] = []

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

    async def position(self, _: TopicPartition) -> int:
        """Stand behind the record."""
        return 6

    def assignment(self) -> set[TopicPartition]:
        """Hold one partition."""
        return {AT}

    def resume(self, _: TopicPartition) -> None:
        """Go on."""

    def pause(self, _: TopicPartition) -> None:
        """Stand still."""

    async def beginning_offsets(self, _: object) -> dict[TopicPartition, int]:
        """Keep nothing before the sixth record."""
        return {AT: 6}

    async def end_offsets(self, _: object) -> dict[TopicPartition, int]:
        """Have so many."""
        return {AT: 9}

    async def committed(self, _: object) -> int:
        """Stand where the group left off."""
        return 4

    async def commit(self, positions: dict[TopicPartition, int]) -> None:
        """Remember."""
        self.kept.append(positions)


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


async def speaking(client: Client, *topics: str, **more: Any) -> RawReader:
    """Return a reader that speaks through a client."""
    reader = RawReader(Transport((("127.0.0.1", 1),), "p"), topics, **more)
    await reader._consumer.stop()
    reader._consumer = cast("AIOKafkaConsumer", client)
    return reader


async def test_only_what_is_there_is_asked_for() -> None:
    """A client that asks for a topic makes it; what is missing is named, and seen when it comes."""
    client, topics = Client(), Topics("raw")
    reader = await speaking(client, "mistyped", "raw")
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
    reader = await speaking(client, "mistyped")
    reader._identities = cast("Identities", Topics())
    await reader.start()
    assert (client.asked, [*reader.missing]) == ([], ["mistyped"])


async def reading(client: Client, **more: Any) -> RawReader:
    """Return a reader that holds one partition at its sixth record."""
    reader = await speaking(client, "raw", **more)
    reader.identities, reader.positions = {"raw": Identity("i", 1)}, {HERE: 5}
    return reader


async def test_a_deal_that_takes_long_holds_up_nobody() -> None:
    """Time can pass meanwhile; what was asked for before the deal is read again after it."""
    client = Client()
    reader = await reading(client)
    for _ in range(2):
        assert await asyncio.wait_for(reader.read(10), 5) == []
    await reader.on_partitions_revoked([AT])
    reader.positions[HERE] = 5
    client.dealt.set()
    assert await reader.read(10) == []
    assert client.sought == [(AT, 5)]
    [one] = await reader.read(10)
    assert (one.first, one.to) == (5, 6)


async def test_what_goes_wrong_at_a_deal_ends_the_life() -> None:
    """The client logs it and goes on, and the reader would hold nothing and look well."""
    reader = await reading(Client())

    async def fail(_: object) -> dict[str, Identity]:
        raise NodeNotReadyError("1")

    reader._identities = cast("Identities", SimpleNamespace(of=fail))
    await reader.on_partitions_revoked([AT])
    await reader.on_partitions_assigned([AT])
    with pytest.raises(NodeNotReadyError):
        await reader.read(10)


async def test_who_is_read_anew_hears_where_it_begins() -> None:
    """A shard that begins to use a quiet topic knows nothing of it: an empty run tells, with no record."""
    reader = await reading(Client())
    reader.rewind({HERE: 3})
    assert [(one.first, one.to) for one in reader.opened] == [(3, 3)]
    reader.opened.clear()
    reader.rewind({})
    assert [(one.first, one.to) for one in reader.opened] == [(3, 3)]


async def test_going_on_behind_a_gap_jumps_over_nothing() -> None:
    """Where one shard goes on further than another, what lies between is read; a batch in hand is not."""
    client = Client()
    reader = await reading(client)
    deal = reader.deal
    await reader.accept("raw", 0, 8)
    assert (client.sought, reader.positions) == ([(AT, 5)], {HERE: 5})
    assert reader.deal > deal
    assert client.kept == []
    del reader.positions[HERE]
    await reader.accept("raw", 0, 8)
    assert (reader.positions, client.kept) == ({HERE: 8}, [{AT: 8}])


async def test_a_gap_that_was_accepted_is_not_lost_again() -> None:
    """Who accepted it while the reader was between two lives has said it once; a later gap is told.

    It begins where the topic does: one shard may go on from there, though another goes on further.
    """

    async def there(_: object) -> dict[str, Identity]:
        return {"raw": Identity("i", 1)}

    for reaches_to, held, lost in ((7, {HERE: 6}, []), (5, {}, [(4, 6)])):
        reader = await reading(Client(), accepted=lambda *asked, to=reaches_to: asked[2] <= to)
        reader._identities = cast("Identities", SimpleNamespace(of=there))
        await reader.on_partitions_revoked([AT])
        await reader.on_partitions_assigned([AT])
        assert reader.positions == held
        assert [(one.first, one.to) for one in reader.lost] == lost

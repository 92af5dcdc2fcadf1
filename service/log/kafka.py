"""The log on Kafka: one topic, a partition for each shard, and what was decided about it beside.

Entries are sent one after another by an idempotent producer that waits for all replicas, so within
one life of a writer nothing overtakes; what two writers do to each other the fence sorts out.  The
*control* topic is compacted and tiny: plans, records set aside, gaps accepted.  Its order is the one
on which all processes agree, so the first plan of a number is the plan of that number.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from service.errors import NotFoundError, RefusedError
from service.log.entry import Entry, encode
from service.log.identity import asked_once
from service.log.passed import DOOR
from service.log.reach import let_go, let_go_of_sender
from service.log.wanted import MESSAGE_BYTES, MORE_PARTITIONS
from service.transport import Transport

PATIENCE_S = 30.0
LOG, CONTROL, DEAD = "log", "control", "dead"
BROKERS_STAMP = 1
LOOKS, LOOK_S = 10, 0.2
# What stays wrong until somebody changes the topic, its rights, or our configuration.
_NEVER = (
    InvalidTopicError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
Headers = Iterable[tuple[str, bytes | None]]


class Appended(NamedTuple):
    """Say where an entry stands in the log, and the broker's own stamp of it in UTC ms."""

    offset: int
    stamp: int


class LogWriter:
    """Append entries, controls and dead letters."""

    def __init__(self, transport: Transport) -> None:
        """Take the way to the brokers; nothing is connected before `start`."""
        self._transport = transport
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect."""
        self._producer = AIOKafkaProducer(
            **self._transport.client(),
            enable_idempotence=True,
            compression_type="lz4",
            max_request_size=MESSAGE_BYTES,
        )
        await self._producer.start()

    async def stop(self) -> None:
        """Let go; what was sent and not answered may or may not be there."""
        if self._producer is not None:
            await let_go_of_sender(self._producer)

    async def append(self, shard: int, entry: Entry) -> Appended:
        """Append one entry to the log of a shard, and return where it stands once it is durable.

        Raise NotFoundError where the log has no partition for the shard, RefusedError where the broker
        keeps our stamp: two machines' clocks would be one time.
        """
        topic = self._transport.topic(LOG)
        sent = await self._sent(topic, encode(entry), partition=shard)
        if sent.timestamp_type != BROKERS_STAMP and sent.offset >= 0:
            hint = (
                "set message.timestamp.type=LogAppendTime; `erosion topics` prints the line to type"
            )
            raise RefusedError(f"the topic {topic} is not stamped by its brokers", hint)
        return Appended(sent.offset, sent.timestamp)

    async def tell(self, key: bytes, value: bytes) -> None:
        """Append to the control topic."""
        topic = self._transport.topic(CONTROL)
        await self._sent(topic, value, key=key, partition=0)

    async def bury(self, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        """Append a dead letter."""
        topic = self._transport.topic(DEAD)
        # A key keeps equal keys together; the topic is not compacted, so none will do as well.  A record
        # that has neither key nor value is one that the client does not send.
        value = b"" if key is None and value is None else value
        await self._sent(topic, value, key=key, headers=[*headers])

    async def put(self, value: bytes) -> None:
        """Append to the topic of the doors."""
        await self._sent(self._transport.topic(DOOR), value, partition=0)

    async def _sent(self, topic: str, value: bytes | None, **more: Any) -> Any:
        """Send one record; a producer that repeats for ever ends here with TimeoutError."""
        if self._producer is None:
            raise RuntimeError("the writer was not started")
        sending = _to_a_known(self._producer, topic, value, **more)
        return await asyncio.wait_for(sending, PATIENCE_S)


async def _to_a_known(
    producer: AIOKafkaProducer, topic: str, value: bytes | None, **more: Any
) -> Any:
    """Send to a partition that is there; the client looks for new ones only every five minutes."""
    partition = more.get("partition", 0)
    for _ in range(LOOKS):
        if partition in await producer.partitions_for(topic):
            return await producer.send_and_wait(topic, value, **more)
        await producer.client.force_metadata_update()
        # Brokers hear of a new one at different times.
        await asyncio.sleep(LOOK_S)
    raise NotFoundError(f"{topic} has no partition {partition}", MORE_PARTITIONS)


class Shouter:
    """Put records on topics that are not ours; connected at the first, and kept."""

    def __init__(self, transport: Transport) -> None:
        """Take the way to the brokers."""
        self._transport = transport
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def __call__(self, topic: str, key: bytes, value: bytes, content_type: str) -> None:
        """Send one record; ValueError: never, ConnectionError: not sent, others: nobody knows."""
        try:
            async with self._starting:
                producer = self._producer or await self._started()
        except (KafkaError, OSError) as error:
            raise ConnectionError(type(error).__name__) from None
        headers = [("content-type", content_type.encode())]
        sending = producer.send_and_wait(topic, value, key=key, headers=headers)
        try:
            await asyncio.wait_for(sending, PATIENCE_S)
        except _NEVER as error:
            raise ValueError(type(error).__name__) from None
        except KafkaError as error:
            raise OSError(type(error).__name__) from None

    async def stop(self) -> None:
        """Let go."""
        if self._producer is not None:
            await let_go_of_sender(self._producer)

    async def _started(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(**self._transport.client(), enable_idempotence=True)
        try:
            await producer.start()
        except BaseException:
            await let_go_of_sender(producer)
            raise
        self._producer = producer
        return producer


async def ends_of(transport: Transport, places: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the ends of those partitions that there are, as `topic/partition`.

    The client would wait for one that is gone until it gives up on all.
    """
    wanted = [TopicPartition(*place) for place in places]
    known, _ = await asked_once(transport, {at.topic for at in wanted})
    asked = [at for at in wanted if at.topic in known and at.partition < known[at.topic].partitions]
    consumer = AIOKafkaConsumer(**transport.client(), enable_auto_commit=False)
    await consumer.start()
    try:
        found = await consumer.end_offsets(asked) if asked else {}
    finally:
        await let_go(consumer)
    return {f"{at.topic}/{at.partition}": end for at, end in found.items()}


class ControlRecord(NamedTuple):
    """Hold one record of the control topic."""

    key: str
    value: bytes


class Controls:
    """Follow the control topic from its beginning."""

    def __init__(self, transport: Transport) -> None:
        """Take the way to the brokers; nothing is connected before `start`."""
        self._transport = transport
        self._place = TopicPartition(transport.topic(CONTROL), 0)
        self._consumer: AIOKafkaConsumer | None = None

    async def start(self) -> None:
        """Connect and go to the beginning."""
        self._consumer = AIOKafkaConsumer(**self._transport.client(), enable_auto_commit=False)
        await self._consumer.start()
        self._consumer.assign([self._place])
        await self._consumer.seek_to_beginning(self._place)

    async def stop(self) -> None:
        """Let go."""
        if self._consumer is not None:
            await let_go(self._consumer)

    async def news(self) -> list[ControlRecord]:
        """Return all that came since the last call, up to the end as it is now."""
        consumer = self._consumer
        if consumer is None:
            raise RuntimeError("the reader was not started")
        end = (await consumer.end_offsets([self._place]))[self._place]
        found: list[ControlRecord] = []
        while await consumer.position(self._place) < end:
            for records in (await consumer.getmany(self._place, timeout_ms=1000)).values():
                found += [_record(record) for record in records if record.value is not None]
            await asyncio.sleep(0)
        return found


def _record(record: object) -> ControlRecord:
    key = getattr(record, "key", None) or b""
    return ControlRecord(key.decode(), record.value)  # type: ignore[attr-defined]

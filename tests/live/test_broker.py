"""The broker of the tests is a real one: it keeps what it acknowledged, whatever is done to it."""

import asyncio
import os
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from tests.live.broker import Broker
from tests.live.disk import grow, small_disk

pytestmark = pytest.mark.live


async def _create(address: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()


async def _put(address: str, topic: str, value: bytes) -> int:
    async with AIOKafkaProducer(bootstrap_servers=address, enable_idempotence=True) as producer:
        return int((await producer.send_and_wait(topic, value, partition=0)).offset)


async def _all(address: str, topic: str, count: int) -> list[bytes | None]:
    async with AIOKafkaConsumer(bootstrap_servers=address) as consumer:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        return [(await consumer.getone()).value for _ in range(count)]


async def test_what_is_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    """Records acknowledged before kill -9, before a stop and before a pause are all there after."""
    with Broker(tmp_path) as broker:
        await _create(broker.address, "kept")
        assert await _put(broker.address, "kept", b"one") == 0
        broker.kill9()
        broker.start()
        assert await _put(broker.address, "kept", b"two") == 1
        broker.stop()
        broker.start()
        broker.suspend()
        broker.resume()
        assert await _put(broker.address, "kept", b"three") == 2
        assert await _all(broker.address, "kept", 3) == [b"one", b"two", b"three"]
        told = broker.process
    assert told is not None
    assert told.poll() is not None


async def _fill(address: str, topic: str) -> int:
    """Write until the broker takes no more; return how many records it acknowledged.

    Not idempotent: such a producer tries for ever, and does not even stop while nobody answers.
    """
    producer = AIOKafkaProducer(bootstrap_servers=address, request_timeout_ms=3000)
    await producer.start()
    count = 0
    try:
        while True:
            await producer.send_and_wait(topic, os.urandom(500_000), partition=0)
            count += 1
    except KafkaError:
        return count
    finally:
        await producer.stop()


async def test_a_disk_that_runs_full(tmp_path: Path) -> None:
    """A broker whose disk is full ends; with more room it starts again and has what it acknowledged."""
    small = {"log.index.size.max.bytes": "65536"}
    with (
        small_disk(tmp_path / "disk", 8) as disk,
        Broker(tmp_path / "broker", small, logs=disk / "data") as broker,
    ):
        await _create(broker.address, "kept")
        count = await asyncio.wait_for(_fill(broker.address, "kept"), 30)
        assert 10 < count < 17
        assert broker.process
        assert broker.process.wait(timeout=30) == 1
        broker.kill9()
        grow(disk, 64)
        broker.start()
        found = await asyncio.wait_for(_all(broker.address, "kept", count), 30)
        assert len(found) == count


async def test_one_broker_is_shared(broker: Broker) -> None:
    """The broker of the session answers, and creates no topic that nobody asked for."""
    await _create(broker.address, "shared")
    assert await _put(broker.address, "shared", b"x") == 0

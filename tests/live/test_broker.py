"""The broker of the tests is a real one: it keeps what it acknowledged, whatever is done to it."""

from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.live.broker import Broker

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


async def test_one_broker_is_shared(broker: Broker) -> None:
    """The broker of the session answers, and creates no topic that nobody asked for."""
    await _create(broker.address, "shared")
    assert await _put(broker.address, "shared", b"x") == 0

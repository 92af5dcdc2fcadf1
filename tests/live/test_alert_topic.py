"""Alerts on a topic of a real broker: one record under one key, and what can never be sent."""

import asyncio
import json

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from alerts.channels.kafka import Kafka
from alerts.retry import Result
from service.log.kafka import Shouter
from service.transport import Transport
from tests.alerts.samples import OPENED, RESOLVED, for_channel
from tests.live.broker import Broker
from tests.running import free_port

pytestmark = pytest.mark.live


def transport(address: str) -> Transport:
    """Return the way to a broker."""
    host, _, port = address.rpartition(":")
    return Transport(((host, int(port)),))


async def test_a_conversation_on_a_topic(broker: Broker) -> None:
    """Both messages are there, in order, under the conversation's key and with the delivery's id."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    await admin.create_topics([NewTopic("alerts", 3, 1)])
    await admin.close()
    shouter = Shouter(transport(broker.address))
    channel = Kafka(shouter, shouter.stop)
    verdicts = [await channel.send(for_channel(row, "kafka"), 0) for row in (OPENED, RESOLVED)]
    await channel.close()
    consumer = AIOKafkaConsumer(
        "alerts", bootstrap_servers=broker.address, auto_offset_reset="earliest"
    )
    await consumer.start()
    records = [await asyncio.wait_for(consumer.getone(), 30) for _ in range(2)]
    await consumer.stop()
    assert [verdict.result for verdict in verdicts] == [Result.DELIVERED] * 2
    assert {record.key for record in records} == {OPENED.thread.encode()}
    assert {record.partition for record in records} == {records[0].partition}
    events = [json.loads(record.value) for record in records]
    assert [event["id"] for event in events] == [OPENED.key, RESOLVED.key]
    assert [event["type"] for event in events] == [
        "erosion.message.first",
        "erosion.message.resolved",
    ]
    assert dict(records[0].headers)["content-type"].startswith(b"application/cloudevents+json")


async def test_nobody_there() -> None:
    """Brokers that are away are tried again."""
    shouter = Shouter(transport(f"127.0.0.1:{free_port()}"))
    verdict = await Kafka(shouter).send(for_channel(OPENED, "kafka"), 0)
    await shouter.stop()
    assert verdict.result is Result.RETRY

"""Records through a real broker: what the client hands over is what the decoder reads."""

from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from service.engine.values import Event
from service.intake.dead import Record, dead_letter
from service.intake.decode import Decoder
from service.intake.record import decode_record
from service.rejected import Rejected
from tests.intake.doors import GOOD, event
from tests.live.broker import Broker
from tests.worlds import KEY, plan_of

pytestmark = pytest.mark.live
BINARY = [(f"ce_{name}", value.encode()) for name, value in GOOD.items()]
SENT: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]] = [
    (b"c1", event(), []),
    (b"c1", b'{"x": 1}', [*BINARY, ("content-type", b"application/json")]),
    (b"c1", None, BINARY),
    (b"c1", None, []),
    (None, b"\xff", [("trace", b"\0\xff")]),
]


async def _there_and_back(address: str, topic: str, sent: list[Any]) -> list[Record]:
    async with AIOKafkaProducer(bootstrap_servers=address) as producer:
        for key, value, headers in sent:
            await producer.send_and_wait(topic, value, key, 0, headers=headers)
    async with AIOKafkaConsumer(bootstrap_servers=address) as consumer:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        found = [await consumer.getone() for _ in sent]
    return [Record(r.topic, r.partition, r.offset, r.key, r.value, r.headers) for r in found]


async def test_there_and_back(broker: Broker, tmp_path: Path) -> None:
    """Each form comes through; what was turned away can be read again from its letter."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    await admin.create_topics([NewTopic("raw", 1, 1), NewTopic("letters", 1, 1)])
    await admin.close()
    decoder = Decoder(plan_of(tmp_path), KEY)
    records = await _there_and_back(broker.address, "raw", SENT)
    items = [decode_record(decoder, "crm", r.key, r.value, r.headers) for r in records]
    kinds = [[type(item) for item in found] for found in items]
    assert kinds == [[Event], [Event], [Event], [], [Rejected]]
    (why,) = items[4]
    assert isinstance(why, Rejected)
    letter = dead_letter(records[4], why, 0)
    (read,) = await _there_and_back(broker.address, "letters", [letter])
    assert (read.key, read.value) == (None, b"\xff")
    assert dict(read.headers) == dict(letter.headers)
    assert dict(read.headers)["erosion.offset"] == b"4"
    assert dict(read.headers)["trace"] == b"\0\xff"

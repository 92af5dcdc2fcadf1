"""The log's writer on a real broker: what it leaves behind, and what it refuses to write to."""

import asyncio

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from service.errors import RefusedError
from service.log import kafka, reach
from service.log.entry import Told
from service.log.kafka import LogWriter
from service.transport import Transport
from tests.live.broker import Broker

pytestmark = pytest.mark.live
ENTRY = Told("start", {"kind": "start"})


async def topic_made(broker: Broker, prefix: str, **settings: str) -> Transport:
    """Make a log, and return the way to it."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    await admin.create_topics([NewTopic(f"{prefix}.log", 1, 1, None, settings)])
    await admin.close()
    return Transport((("127.0.0.1", broker.ports["PLAINTEXT"]),), prefix)


async def test_nothing_of_a_writer_is_left(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that is never answered is sent again for ever; its task and its lines go all the same."""
    monkeypatch.setattr(kafka, "PATIENCE_S", 1.0)
    monkeypatch.setattr(reach, "LAST_S", 0.5)
    stamped = {"message.timestamp.type": "LogAppendTime"}
    writer = LogWriter(await topic_made(broker, "left", **stamped))
    await writer.start()
    await writer.append(0, ENTRY)
    broker.suspend()
    try:
        with pytest.raises(TimeoutError):
            await writer.append(0, ENTRY)
        await writer.stop()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert writer._producer
        assert not any(line.connected() for line in writer._producer.client._conns.values())
    finally:
        broker.resume()


async def test_a_log_without_its_brokers_stamp_is_refused(broker: Broker) -> None:
    """Made by hand, a topic keeps the sender's clock: that is told, and nothing goes on."""
    writer = LogWriter(await topic_made(broker, "unstamped"))
    await writer.start()
    try:
        with pytest.raises(RefusedError, match=r"unstamped\.log is not stamped"):
            await writer.append(0, ENTRY)
    finally:
        await writer.stop()

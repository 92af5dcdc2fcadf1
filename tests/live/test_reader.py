"""The reader of raw topics on a real broker: marks of transactions, and names that are no text."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.consumer import fetcher
from aiokafka.record.util import calc_crc32c

from service.intake.cutting import Place, Slice
from service.intake.kafka import RawReader
from service.log.kafka import DEAD, LogWriter, ends_of
from service.transport import Transport
from tests.live.broker import Broker

pytestmark = pytest.mark.live
CHECKED, CHECKSUM = 21, slice(17, 21)
PATIENCE_S = 20


class Spoilt:
    """Build a batch in which the name of a header is no text."""

    def __init__(self, builder: Any) -> None:
        """Take what builds the good one."""
        self._builder = builder

    def build(self) -> bytes:
        """Return the batch with other bytes in the name, and a checksum that fits."""
        raw = bytearray(self._builder.build())
        place = raw.find(b"name")
        raw[place : place + 4] = b"\xe9\xff\xfe\xfd"
        raw[CHECKSUM] = calc_crc32c(bytes(raw[CHECKED:])).to_bytes(4)
        return bytes(raw)

    def __getattr__(self, name: str) -> Any:
        """Be the good one otherwise."""
        return getattr(self._builder, name)


async def _topic(broker: Broker) -> tuple[Transport, Place]:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    name = f"raw{time.time_ns() % 10**9}"
    await admin.create_topics([NewTopic(name, 1, 1)])
    await admin.close()
    host, port = broker.address.split(":")
    return Transport(((host, int(port)),), f"p{name}"), Place(name, 0)


async def _read(
    reader: RawReader, is_enough: Callable[[list[Slice]], bool], found: list[Slice]
) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_enough(found) and time.monotonic() < until:
        found += await reader.read(100)


async def test_a_quiet_topic_of_transactions_is_read_to_its_end(broker: Broker) -> None:
    """Behind the last record stands the mark of a commit: who waits for it would call nobody late."""
    transport, place = await _topic(broker)
    async with AIOKafkaProducer(
        bootstrap_servers=broker.address, transactional_id=place.topic
    ) as producer:
        async with producer.transaction():
            await producer.send_and_wait(place.topic, b"1")
        async with producer.transaction():
            await producer.send_and_wait(place.topic, b"2")
    reader, found = RawReader(transport, [place.topic]), list[Slice]()
    await reader.start()
    try:
        await _read(reader, lambda slices: bool(slices) and slices[-1].to == 4, found)
        assert await reader.ends() == reader.positions == {place: 4}
    finally:
        await reader.stop()
    assert [(r.offset, r.value) for one in found for r in one.records] == [(0, b"1"), (2, b"2")]
    assert [one.first for one in found] == [0, *(one.to for one in found)][: len(found)]


async def test_doctor_waits_for_no_partition_that_is_gone(broker: Broker) -> None:
    """A topic made again with fewer partitions, or deleted, has no ends there; the others are told."""
    transport, place = await _topic(broker)
    places = [place, Place(place.topic, 3), Place(f"{place.topic}-gone", 0)]
    assert await ends_of(transport, places) == {f"{place.topic}/0": 0}


async def test_a_letter_about_a_record_without_key_and_value_is_sent(broker: Broker) -> None:
    """A record of nothing but headers can be wrong, too, and its letter must not end the intake."""
    transport, _ = await _topic(broker)
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    await admin.create_topics([NewTopic(transport.topic(DEAD), 1, 1)])
    await admin.close()
    writer = LogWriter(transport)
    await writer.start()
    try:
        await writer.bury(None, None, [("erosion.reason", b"x")])
    finally:
        await writer.stop()
    assert await ends_of(transport, [(transport.topic(DEAD), 0)]) == {
        f"{transport.topic(DEAD)}/0": 1
    }


async def test_a_header_whose_name_is_no_text_hides_no_record(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client gives up in the middle of a batch: all of its records come all the same, each once."""
    monkeypatch.setattr(fetcher, "MemoryRecords", fetcher.MemoryRecords)
    transport, place = await _topic(broker)
    async with AIOKafkaProducer(bootstrap_servers=broker.address) as producer:
        await producer.send_and_wait(place.topic, b"0")
        for first in (1, 4):
            batch = producer.create_batch()
            for number in range(first, first + 3):
                headers = [("name" if number == first + 1 else "fine", b"1")]
                value = str(number).encode()
                batch.append(key=None, value=value, timestamp=None, headers=headers)
            batch._builder = Spoilt(batch._builder)
            await (await producer.send_batch(batch, place.topic, partition=0))
        await producer.send_and_wait(place.topic, b"7")
    reader, found = RawReader(transport, [place.topic]), list[Slice]()
    await reader.start()
    try:
        await _read(reader, lambda slices: bool(slices) and slices[-1].to == 8, found)
    finally:
        await reader.stop()
    records = [record for one in found for record in one.records]
    assert [(r.offset, r.value) for r in records] == [(n, str(n).encode()) for n in range(8)]
    names = {r.offset: [name for name, _ in r.headers] for r in records}
    assert (names[2], names[3]) == (["\\xe9\\xff\\xfe\\xfd"], ["fine"])

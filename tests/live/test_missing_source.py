"""On a broker that makes whatever is asked for, a source's mistyped topic is named and not made."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from service import metrics
from service.hosts.deciding import Deciding
from service.hosts.intake import Intake
from service.settings import ProcessSettings, Secrets, compile_settings, load, read_transport
from service.transport import Transport
from tests.hosts.gathered import cutter
from tests.live.broker import Broker
from tests.running import erosion, until
from tests.worlds import write_config

pytestmark = pytest.mark.live


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Run a broker as most are: it makes a topic that a client asks for."""
    with Broker(tmp_path / "broker", {"auto.create.topics.enable": "true"}) as running:
        yield running


async def _topics(transport: Transport, *make: str) -> Sequence[str]:
    """Make topics, and return all that there are: to list them makes none."""
    admin = AIOKafkaAdminClient(**transport.client())
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 1, 1) for name in make])
        return list(await admin.list_topics())
    finally:
        await admin.close()


def _taken() -> float:
    return metrics.REGISTRY.get_sample_value("erosion_raw_records_total") or 0


async def _read(transport: Transport, topic: str) -> None:
    """Send a record, and wait until the intake has taken it."""
    before = _taken()
    async with AIOKafkaProducer(**transport.client()) as producer:
        await producer.send_and_wait(topic, b"no json")
    await asyncio.to_thread(until, lambda: _taken() > before)


async def test_a_missing_source_is_named_until_it_comes(broker: Broker, tmp_path: Path) -> None:
    """It is not made, the others are read meanwhile, and once it is there the intake reads it, too."""
    raw = {"sources": {n: {"kafka": {"topic": f"{n}.events"}} for n in ("crm", "phone")}}
    config, prefix = write_config(tmp_path / "config", raw), f"m{time.time_ns()}"
    given = ProcessSettings(kafka=broker.address, kafka_prefix=prefix)
    transport = read_transport(given, Secrets())
    at = {"EROSION_KAFKA": broker.address, "EROSION_KAFKA_PREFIX": prefix}
    erosion(config, "topics", "--config", str(config), "--create", **at)
    await Deciding(transport).plan(compile_settings(load(config)).plan)
    intake, stop = Intake(transport, cutter), asyncio.Event()
    running = asyncio.create_task(intake.run(stop))
    try:
        await asyncio.to_thread(until, lambda: "crm.events, phone.events: " in intake.trouble)
        await _topics(transport, "phone.events")
        await asyncio.to_thread(until, lambda: intake.trouble.startswith("crm.events: "))
        await _read(transport, "phone.events")
        assert "crm.events" not in await _topics(transport)
        await _topics(transport, "crm.events")
        await asyncio.to_thread(until, lambda: not intake.trouble)
        await _read(transport, "crm.events")
    finally:
        stop.set()
        await running

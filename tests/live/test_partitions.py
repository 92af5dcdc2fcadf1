"""A new shard on a real broker: first its partitions, by the line that is printed, then the plan."""

import shlex
import time
from dataclasses import replace
from pathlib import Path

import pytest

from service.errors import NotFoundError
from service.hosts.deciding import Deciding
from service.log.entry import Told
from service.log.kafka import LogWriter
from service.settings import ProcessSettings, Secrets, compile_settings, load, read_transport
from tests.live.broker import Broker
from tests.running import erosion
from tests.worlds import write_config

pytestmark = pytest.mark.live


async def test_a_shard_without_a_partition_is_refused_until_it_has_one(
    broker: Broker, tmp_path: Path
) -> None:
    """The plan is not put in force before; then a writer that was there already finds the partition."""
    config, prefix = write_config(tmp_path / "config", {}), f"n{time.time_ns()}"
    given = ProcessSettings(kafka=broker.address, kafka_prefix=prefix)
    transport = read_transport(given, Secrets())
    at = {"EROSION_KAFKA": broker.address, "EROSION_KAFKA_PREFIX": prefix}
    topics = ("topics", "--config", str(config))
    assert erosion(config, *topics, "--create", **at).returncode == 0
    plan = compile_settings(load(config)).plan
    await Deciding(transport).plan(plan)
    writer = LogWriter(transport)
    await writer.start()
    try:
        await writer.append(0, Told("start", {"kind": "start"}))
        more = replace(plan, shards=(*plan.shards, "second"))
        for _ in range(2):
            with pytest.raises(NotFoundError, match="has 1 of 2 partitions"):
                await Deciding(transport).plan(more)
            told = erosion(config, *topics, "--partitions", "2", **at).stderr
            line = next(line for line in told.splitlines() if "kafka-topics.sh" in line)
            command = shlex.split(line.split("kafka-topics.sh")[1])
            broker.tool("org.apache.kafka.tools.TopicCommand", *command)
        is_new, found = await Deciding(transport).plan(more)
        assert (is_new, found.shards) == (True, more.shards)
        assert (await writer.append(1, Told("start", {"kind": "start"}))).offset == 0
    finally:
        await writer.stop()

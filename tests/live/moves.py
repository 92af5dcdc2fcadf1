"""Larger moves: a topic made again, records gone, a new version, a log's way to Kafka; each by commands."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete

from tests.live.fleet import Fleet
from tests.live.stage import Stage
from tests.running import until

NEWER = (
    sys.executable,
    "-c",
    "import service.engine.fold as f; f.SEMANTICS += 1; from service.cli import main; main()",
)

POISON = 666
POISONED = (
    sys.executable,
    "-c",
    f"""
from service.engine.recording import Recorder
fine = Recorder.record
def record(self, event, now, at_work):
    if event.id == "e{POISON}":
        raise ValueError("poison")
    fine(self, event, now, at_work)
Recorder.record = record
from service.cli import main
main()
""",
)


async def made_again(address: str, topic: str, partitions: int) -> None:
    """Delete a topic and make it again."""
    client = AIOKafkaAdminClient(bootstrap_servers=address)
    await client.start()
    try:
        await client.delete_topics([topic])
        for _ in range(100):
            if topic not in await client.list_topics():
                break
            await asyncio.sleep(0.1)
        answer = await client.create_topics([NewTopic(topic, partitions, 1)])
        assert not any(code for _, code, *_ in answer.topic_errors), answer
    finally:
        await client.close()


async def records_deleted(address: str, topic: str, before: dict[int, int]) -> None:
    """Let the beginning of partitions go, as the end of retention does."""
    client = AIOKafkaAdminClient(bootstrap_servers=address)
    await client.start()
    try:
        wanted = {
            TopicPartition(topic, number): RecordsToDelete(before_offset=at)
            for number, at in before.items()
        }
        await client.delete_records(wanted)
    finally:
        await client.close()


def stopped(fleet: Fleet, topic: str) -> list[int]:
    """Return the partitions of a topic that stand still in every shard that reads them."""
    rows = [row for one in fleet.reports() for row in one["body"]["stopped"]]
    return sorted({partition for name, partition, *_ in rows if name == topic})


def alerts(fleet: Fleet, kind: str) -> list[dict[str, Any]]:
    """Return the signals of a kind."""
    return [one for one in fleet.results().signals if one["kind"] == kind]


def accept_all(fleet: Fleet, topic: str) -> None:
    """Go on behind every gap of a topic, as a person does at the terminal."""
    for partition in stopped(fleet, topic):
        fleet.command("accept", topic, str(partition))
    until(lambda: not stopped(fleet, topic), 30)


def upgrade(stage: Stage) -> None:
    """Let a newer program stand by, decide for its rules, and see the older one end by itself."""
    time.sleep(4)
    newer = stage.add("engine", program=NEWER)
    until(lambda: "this worker waits" in newer.log, 30)
    time.sleep(4)
    assert newer.member.is_alive
    assert "a shard begins" not in newer.log
    by_program(stage.fleet, NEWER, "upgrade")
    older = stage.engines[0]
    until(lambda: not older.member.is_alive, 30)
    until(lambda: "a shard begins" in newer.log, 30)


def by_program(fleet: Fleet, program: Sequence[str], *arguments: str) -> str:
    """Run a command of another version."""
    done = subprocess.run(
        [*program, *arguments], env=fleet.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr

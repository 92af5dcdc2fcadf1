"""The client that reads the raw topics: its settings, where they differ from the library's own, and why.

It decides nothing: no position is its own to begin at, to reset or to commit.
"""

import asyncio
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from service.intake.cutting import RECORDS_MAX
from service.transport import Transport

SESSION_MS, HEARTBEAT_MS = 6_000, 500
# The client asks a broker one thing at a time: a question about partitions where nothing happens
# must not keep the others waiting, which the default of half a second does.
FETCH_MS = 20


class Question(NamedTuple):
    """Hold a question to the client, and the deal under which it was asked."""

    deal: int
    answer: asyncio.Future[dict[TopicPartition, list[Any]]]


def raw_consumer(transport: Transport, member: str) -> AIOKafkaConsumer:
    """Return a client that is not connected; a member's name keeps its partitions over a restart."""
    return AIOKafkaConsumer(
        **transport.client(),
        group_id=transport.group("intake"),
        group_instance_id=member or None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=HEARTBEAT_MS,
        max_poll_records=RECORDS_MAX,
        metadata_max_age_ms=5_000,
        fetch_max_wait_ms=FETCH_MS,
    )

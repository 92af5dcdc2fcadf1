"""A record that the client itself cannot read: found one by one, and stepped over as a broken one.

The name of a header may be any bytes on the wire, and the client makes text of it: it raises in the
middle of a batch, and would lose what it had read of that batch if it were asked again.  So whoever meets
this goes back, and comes here.  To let the intake end was rejected: the next one meets the same record.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from service.intake.cutting import RECORDS_MAX, Place, Record, Slice

WAIT_MS = 1000


async def read_singly(
    consumer: AIOKafkaConsumer,
    positions: Mapping[Place, int],
    ends: Mapping[Place, int],
    incarnation: Callable[[Place], str],
) -> list[Slice]:
    """Read on from positions, of each partition at most up to one broken record, and that one too."""
    found: list[Slice] = []
    for place, first in positions.items():
        records, broken = await _some(consumer, place, ends.get(place, first) - first)
        made = [record_of(one) for one in records]
        to = made[-1].offset + 1 if made else first
        if broken:
            # Where it stands exactly nobody can say: not before this.
            made.append(Record(to, None, b"", (), made[-1].time if made else 0, broken))
            to += 1
            consumer.seek(TopicPartition(*place), to)
        if to > first:
            found.append(Slice(place.topic, incarnation(place), place.partition, first, to, made))
    return found


def record_of(found: Any) -> Record:
    """Return a record of the client as one of ours."""
    return Record(found.offset, found.key, found.value, found.headers, found.timestamp)


async def _some(consumer: AIOKafkaConsumer, place: Place, left: int) -> tuple[list[Any], str]:
    """Return records up to one that cannot be read, and why, or an empty text."""
    at, found = TopicPartition(*place), list[Any]()
    try:
        while len(found) < min(left, RECORDS_MAX):
            batch = await consumer.getmany(at, timeout_ms=WAIT_MS, max_records=1)
            if not batch:
                break
            found += batch[at]
    except ValueError as error:
        return found, f"the record cannot be read: {error}"
    return found, ""

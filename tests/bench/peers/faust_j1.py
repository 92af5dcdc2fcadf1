"""J1 on ordinary Faust, as its guide teaches it: an agent, JSON models, a table write per event.

Runs under the shared driver's contract.  Deadlines are of event time, each region by its own clock,
which its events carry on; a table can be written only while an event of its partition is in hand, so
that is also where deadlines fire.  What is due is found by a heap beside the table.
"""

import asyncio
import heapq
import os
import signal
from typing import Any

import faust
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

PROMISE_MS, DAY_MS = 7_200_000, 86_400_000
E = os.environ


class Asked(faust.Record, serializer="json"):
    """An event of the raw topic."""

    type: str
    time: int
    subject: str
    data: dict[str, str]


app = faust.App(
    E["APP"],
    broker=f"kafka://{E['BOOTSTRAP']}",
    store="memory://",
    consumer_auto_offset_reset="earliest",
    topic_replication_factor=1,
    topic_partitions=8,
    topic_disable_leader=True,
    web_enabled=False,
    worker_redirect_stdouts=False,
)
raw = app.topic(E["TOPIC"], key_type=str, key_serializer="raw", value_type=Asked)
late = app.topic(E["LATE"], value_serializer="json")
daily = app.topic(E["DAILY"], key_serializer="raw", value_serializer="json")
cases: Any = app.Table("cases", partitions=8)
days: Any = app.Table("days", partitions=8)
due: dict[str, list[tuple[int, str]]] = {}
left = {"events": -1}


@app.agent(raw, concurrency=1)  # type: ignore[untyped-decorator,unused-ignore]
async def answers(events: Any) -> None:
    """Keep cases, count what was kept, and tell what is late."""
    async for event in events:
        if left["events"] < 0:
            print("\nFIRST", flush=True)  # Faust leaves a line half written
            left["events"] = await _ahead()
        await _late(event.data["region"], event.time)
        if event.type.endswith("requested"):
            cases[event.subject] = [event.time + PROMISE_MS, event.data["dealer"]]
            entry = (event.time + PROMISE_MS, event.subject)
            heapq.heappush(due.setdefault(event.data["region"], []), entry)
        elif (case := cases.pop(event.subject, None)) is not None:
            await _count(case, late=0)
        left["events"] -= 1
        if not left["events"]:
            app.loop.create_task(_end())


async def _late(region: str, now: int) -> None:
    """Tell of everything in a region that was due before now."""
    heap = due.get(region, [])
    while heap and heap[0][0] < now:
        at, subject = heapq.heappop(heap)
        case = cases.pop(subject, None)
        if case is not None:
            await _count(case, late=1)
            await late.send(value={"subject": subject, "dealer": case[1], "deadline": at})


async def _count(case: list[Any], late: int) -> None:
    key = f"{case[1]}:{case[0] // DAY_MS}"
    counts = days.get(key) or [0, 0]
    days[key] = [counts[0] + 1, counts[1] + late]
    await daily.send(key=key.encode(), value=days[key])


async def _ahead() -> int:
    """Return how many events there are."""
    consumer = AIOKafkaConsumer(bootstrap_servers=E["BOOTSTRAP"])
    await consumer.start()
    places = [TopicPartition(E["TOPIC"], number) for number in range(8)]
    ends = await consumer.end_offsets(places)
    await consumer.stop()
    return sum(ends.values())


async def _end() -> None:
    """Let what was sent and read be committed, and end."""
    await app.producer.flush()
    await app.consumer.commit()
    await asyncio.sleep(0.1)
    os.kill(os.getpid(), signal.SIGTERM)


async def _changelogs() -> None:
    """Make the changelogs first: a first event that comes before they are known is skipped."""
    client = AIOKafkaAdminClient(bootstrap_servers=E["BOOTSTRAP"])
    await client.start()
    names = [f"{E['APP']}-{name}-changelog" for name in ("cases", "days")]
    await client.create_topics(
        [NewTopic(n, 8, 1, topic_configs={"cleanup.policy": "compact"}) for n in names]
    )
    await client.close()


if __name__ == "__main__":
    asyncio.run(_changelogs())
    app.Worker(loglevel="WARNING", quiet=True).execute_from_commandline()

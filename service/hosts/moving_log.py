"""A log's way from one machine to Kafka: the same chunks in the same order, so the same results.

Every chunk keeps its stamp and becomes an entry: events as a run of a topic that is nobody's, ticks
as ticks, controls under ids made of their numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from service.engine.fold import SEMANTICS
from service.engine.plan import Plan
from service.engine.plan_data import from_data
from service.engine.sharding import on_topics, routes, routing
from service.engine.values import Chunk
from service.errors import BusyError, DamagedError
from service.hosts.exported_log import read_exported
from service.log.decided import plan_record, rules_record
from service.log.entry import Cut, Entry, Run, Tick, Told
from service.log.kafka import Controls, LogWriter
from service.log.passed import DOOR
from service.log.reach import reach, told
from service.transport import Transport

TOPIC = "exported"


async def import_log(transport: Transport, file: Path) -> int:
    """Append an exported log to the empty log of a transport; return how many chunks came."""
    chunks = read_exported(file)
    with told():
        await reach(transport)
        writer, controls = LogWriter(transport), Controls(transport)
        await writer.start()
        await controls.start()
        try:
            if await controls.news():
                hint = "choose another EROSION_KAFKA_PREFIX, and make its topics: erosion topics"
                raise BusyError("the log of this prefix is in use already", hint)
            plan = await _appended(writer, chunks)
            await writer.tell(*rules_record(SEMANTICS))
            there = on_topics(plan, transport.topic(DOOR))
            await writer.tell(*plan_record(replace(there, number=plan.number + 1)))
        finally:
            await controls.stop()
            await writer.stop()
    return len(chunks)


async def _appended(writer: LogWriter, chunks: Sequence[Chunk]) -> Plan:
    """Append all chunks to every shard; return the plan that is in force at their end."""
    plan: Plan | None = None
    for number, chunk in enumerate(chunks):
        if chunk.control is not None and chunk.control.get("kind", "plan") == "plan":
            plan = from_data(dict(chunk.control))
        for shard, entry in entries(number, chunk, plan):
            await writer.append(shard, entry)
    if plan is None:
        raise DamagedError("the exported log has no plan", "export it again")
    return plan


def entries(number: int, chunk: Chunk, plan: Plan | None) -> Iterator[tuple[int, Entry]]:
    """Yield what a chunk becomes in each shard's log, by the shard's partition."""
    names = ("main",) if plan is None else plan.shards
    place = Run(TOPIC, "", 0, number, number + 1, [], [])
    for shard, name in enumerate(names):
        if chunk.control is not None:
            yield shard, Told(f"{TOPIC}/{number}", chunk.control, chunk.stamp)
        # A cut without events keeps the numbers in a row.
        events = [e for e in chunk.events if plan and name in routes(plan)[e.type]]
        run = place._replace(offsets=[number] * len(events))
        routed = 0 if plan is None else routing(plan)
        yield shard, Cut(routed, [run], events, [], chunk.stamp)
        # Time passes in every shard, also in one to which nothing of it belongs.
        if not events and chunk.control is None:
            yield shard, Tick([], {}, {}, chunk.stamp)

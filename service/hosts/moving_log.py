"""A log's way from one machine to Kafka: the same chunks in the same order, so the same results.

Every chunk keeps its stamp and becomes an entry: events as a run of a topic that is nobody's, ticks
as ticks, controls under ids made of their numbers.  Records that were set aside are left out already,
so nothing has to be known beforehand by whoever folds it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.engine.fold import SEMANTICS
from service.engine.plan import Plan
from service.engine.plan_data import from_data
from service.engine.sharding import on_topics, routes, routing
from service.engine.values import Chunk
from service.errors import BusyError, DamagedError, ErosionError, NotFoundError
from service.hosts.beginning import whole
from service.log.codec import decode_events, encode_control, encode_events
from service.log.decided import plan_record, rules_record
from service.log.entry import Cut, Entry, Run, Tick, Told
from service.log.kafka import Controls, LogWriter
from service.log.passed import DOOR
from service.log.reach import reach, told
from service.log.sqlite import SqliteLog
from service.settings import ProcessSettings
from service.store.opening import database_path
from service.store.store import Store
from service.transport import Transport

TOPIC, FORM = "exported", "erosion-log/1"


def export_log(process: ProcessSettings, file: Path) -> int:
    """Write every chunk of a log into a file, a line each, and return how many there are."""
    if not database_path(process.database_url).exists():
        raise NotFoundError(f"there is no data in {process.data}", "set EROSION_DATA")
    store = Store.open(process.database_url)
    try:
        log = SqliteLog(store)
        if log.is_cut():
            hint = "the results of its beginning are in the database only; begin anew on Kafka"
            raise ErosionError("the beginning of this log was deleted for its age", hint)
        with file.open("w", encoding="ascii") as out:
            out.write(json.dumps({"form": FORM}) + "\n")
            count = 0
            for chunk in _worth(log):
                out.write(json.dumps([chunk.stamp, *_written(chunk)]) + "\n")
                count += 1
            out.write(json.dumps({"chunks": count}) + "\n")
    finally:
        store.close()
    return count


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


def read_exported(file: Path) -> list[Chunk]:
    """Return the chunks of an exported log; raise DamagedError for a file that is none, or cut."""
    try:
        first, *rows = [json.loads(line) for line in file.read_text("ascii").splitlines()]
        last = rows.pop()
        is_whole = first["form"] == FORM and last["chunks"] == len(rows)
        chunks = [_chunk(*row) for row in rows]
    except OSError as error:
        raise NotFoundError(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise DamagedError(f"{file} is no whole exported log: {error}", "export it again") from None
    if not is_whole:
        raise DamagedError(f"{file} is cut, or of another form", "export it again")
    return chunks


def _worth(log: SqliteLog) -> Iterator[Chunk]:
    """Yield the chunks without the versions of their rules: the newest decide all of it."""
    for _, chunk in whole(log, 0):
        if chunk.control is None or chunk.control.get("kind") != "semantics":
            yield chunk


def _written(chunk: Chunk) -> tuple[str, Any]:
    if chunk.control is not None:
        return "control", json.loads(encode_control(chunk.control))
    return "events", json.loads(encode_events(chunk.events))


def _chunk(stamp: int, kind: str, payload: Any) -> Chunk:
    if kind == "control":
        return Chunk(stamp, (), payload)
    return Chunk(stamp, decode_events(json.dumps(payload).encode()))

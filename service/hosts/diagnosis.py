"""What a doctor says of a service on Kafka: who runs what, how far behind, what stands still.

It asks the brokers where topics end and the database what the shards said last, and puts the two side
by side.  It asks no process: one that hangs would not answer, and that is what one wants to know.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from service.log.kafka import LOG, ends_of
from service.log.reach import reach, told
from service.transport import Transport

STILL_MS = 15_000
Report = Mapping[str, Any]


async def diagnose(
    transport: Transport, reports: Sequence[Report], now: int
) -> dict[str, list[dict[str, Any]]]:
    """Return what there is to say of each shard."""
    with told():
        await reach(transport)
        log = transport.topic(LOG)
        raw = {(t, p) for row in reports for t, p, *_ in row["body"]["read"]}
        places = [*((log, row["body"]["partition"]) for row in reports), *sorted(raw)]
        ends = await ends_of(transport, places)
    return {"shards": [_shard(row, log, ends, now) for row in reports]}


def lines(found: Mapping[str, Sequence[Report]]) -> Iterator[str]:
    """Yield the words for people."""
    for shard in found["shards"]:
        yield (
            f"{shard['shard']}: {shard['worker']}, {shard['lag']} entries behind, "
            f"{shard['cases']:,} open cases, plan {shard['plan']}, rules {shard['rules']}"
        )
        share, rate = shard["busy"], shard["events_per_s"]
        room = f"{1 / share:.0f} times as much would do" if share else "idle"
        yield f"  at work {share:.1%} of the time on {rate:,.1f} events/s; {room}"
        yield f"  checkpoint at {shard['checkpoint']} of {shard['offset']}"
        for name, at in shard["judged"].items():
            yield f"  {name}: judged up to {_instant(at)}"
        for name, at in shard["heard"].items():
            silent = ", SILENT" if name in shard["silent"] else ""
            yield f"  {name}: heard until {_instant(at)}{silent}"
        for name, lag in shard["raw_lag"].items():
            yield f"  {name}: {lag} records not in the log yet"
        for topic, partition, _, first, to in shard["stopped"]:
            gone = f"records from {first} to {to} are gone"
            what = (
                gone if first != to else "its reader lost its place and waits; nothing is missing"
            )
            yield f"  {topic} {partition}: STOPPED, {what}"


def wrong(found: Mapping[str, Sequence[Report]]) -> list[str]:
    """Return what somebody should look at."""
    problems = []
    for shard in found["shards"]:
        if shard["age_ms"] > STILL_MS:
            problems.append(f"nobody has run {shard['shard']} for {shard['age_ms'] // 1000} s")
        problems += [f"{topic} {partition} is stopped" for topic, partition, *_ in shard["stopped"]]
    return problems


def _shard(row: Report, log: str, ends: Mapping[str, int], now: int) -> dict[str, Any]:
    body = row["body"]
    place = f"{log}/{body['partition']}"
    return {
        "shard": row["shard"],
        "worker": row["worker"],
        "age_ms": now - row["at"],
        "offset": row["log_offset"],
        "lag": max(ends.get(place, 0) - row["log_offset"] - 1, 0),
        "plan": row["plan_number"],
        "rules": row["semantics"],
        "checkpoint": body["checkpoint"],
        "cases": body["cases"],
        "busy": body["load"]["busy"],
        "events_per_s": body["load"]["events_per_s"],
        "judged": body["watermarks"],
        "heard": body["heard"],
        "silent": body["silent"],
        "stopped": body["stopped"],
        "raw_lag": {
            f"{t} {p}": ends[f"{t}/{p}"] - position
            for t, p, _, position in body["read"]
            if f"{t}/{p}" in ends
        },
    }


def _instant(at: int) -> str:
    if at <= 0:
        return "never"
    return datetime.fromtimestamp(at // 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%SZ")

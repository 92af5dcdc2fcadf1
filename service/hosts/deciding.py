"""Deciding for all processes at once: a plan, newer rules, going on behind a gap.

Each is a record of the control topic; intakes follow it and bring it into the log.  No running process
decides by its own files, because during a roll-out half of them would have the old ones.
"""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import Any, Self

from service.engine.fold import SEMANTICS
from service.engine.plan import Plan
from service.engine.sharding import on_topics
from service.errors import ConfigurationError, NotFoundError, RefusedError
from service.hosts.beginning import same
from service.hosts.clock import now_ms
from service.log.decided import Decided, accept_record, plan_record, rules_record
from service.log.identity import Identity, asked_once, need_topics
from service.log.kafka import CONTROL, LOG, Controls, LogWriter
from service.log.passed import DOOR
from service.log.reach import reach, told
from service.log.wanted import CHECKPOINTS, MORE_PARTITIONS
from service.transport import Transport


class Deciding:
    """Read what is decided, and decide anew; used by commands, one at a time."""

    def __init__(self, transport: Transport) -> None:
        """Take the way to the brokers."""
        self._transport = transport

    async def plan(self, plan: Plan, *, dry_run: bool = False) -> tuple[bool, Plan]:
        """Decide for a plan; return whether it is new, and the one in force then.

        With `dry_run` only say what would be.  Raise NotFoundError where a shard has no partition.
        """
        plan = on_topics(plan, self._transport.topic(DOOR))
        async with _Parts(self._transport) as parts:
            known = parts.decided.plan
            if known is not None and same(known.plan, plan):
                return False, known.plan
            number = 1 if known is None else known.plan.number + 1
            if known is not None:
                _keep_the_shards(known.plan, plan)
            _need_partitions(parts.sharded, len(plan.shards))
            if dry_run:
                return True, replace(plan, number=number)
            if known is None:
                await parts.writer.tell(*rules_record(SEMANTICS))
            await parts.writer.tell(*plan_record(replace(plan, number=number)))
            await parts.learn()
            found = parts.decided.plan
            if found is None:
                raise NotFoundError("the plan was written and is not there", "look at the brokers")
            return True, found.plan

    async def rules(self) -> tuple[int, int]:
        """Decide for the rules of this program; return the version before and now."""
        async with _Parts(self._transport) as parts:
            before = parts.decided.rules
            if before < SEMANTICS:
                await parts.writer.tell(*rules_record(SEMANTICS))
            return before, max(before, SEMANTICS)

    async def accept(self, topic: str, gaps: Sequence[Mapping[str, Any]]) -> None:
        """Decide to go on behind gaps of a topic, in the topic as it is now."""
        async with _Parts(self._transport) as parts:
            known = parts.decided.plan
            found = (await asked_once(self._transport, [topic]))[0].get(topic)
            if found is None or known is None:
                hint = "make it again first, or look whether we may see it"
                raise NotFoundError(f"there is no topic {topic}", hint)
            sources = [n for n, s in known.plan.sources.items() if s.topic == topic]
            about = {"kind": "accept", "sources": sources, "topic": topic, "at": now_ms()}
            for gap in gaps:
                new = {} if gap["was"] == found.id else {"next": 0}
                record = {**about, **gap, **new, "incarnation": found.id}
                await parts.writer.tell(*accept_record(record))


def gaps_of(reports: list[dict[str, Any]], topic: str, partition: int) -> list[dict[str, Any]]:
    """Return the gaps that stopped a partition; raise NotFoundError if there are none.

    Shards that had read it unequally far may each go on from a place of their own, the first one first.
    """
    stopped = [row for report in reports for row in report["body"]["stopped"]]
    found = {(row[4], row[2]) for row in stopped if (row[0], row[1]) == (topic, partition)}
    if found:
        return [{"partition": partition, "was": was, "next": to} for to, was in sorted(found)]
    names = ", ".join(sorted({f"{row[0]} {row[1]}" for row in stopped})) or "none"
    raise NotFoundError(f"{topic} {partition} is not stopped", f"stopped are: {names}")


class _Parts(AsyncExitStack):
    """Connect, read what is decided, and let go."""

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self._transport = transport
        self.writer, self.controls = LogWriter(transport), Controls(transport)
        self.decided = Decided()
        self.sharded: dict[str, Identity] = {}

    async def __aenter__(self) -> Self:
        self.enter_context(told())
        await reach(self._transport)
        log, control = map(self._transport.topic, (LOG, CONTROL))
        self.sharded = {log: (await need_topics(self._transport, (log, control)))[log]}
        kept = [self._transport.group(CHECKPOINTS)]
        with suppress(RefusedError):  # not everybody who may decide may see what engines keep
            self.sharded |= await need_topics(self._transport, kept)
        for part in (self.writer, self.controls):
            self.push_async_callback(part.stop)
            await part.start()
        await self.learn()
        return self

    async def learn(self) -> None:
        self.decided.take_all(await self.controls.news())


def _need_partitions(sharded: Mapping[str, Identity], shards: int) -> None:
    """Refuse a plan for whose shards there is no room: every intake would end at it."""
    for name, found in sharded.items():
        if found.partitions < shards:
            message = f"{name} has {found.partitions} of {shards} partitions, one for each shard"
            raise NotFoundError(message, f"nothing was changed; {MORE_PARTITIONS}")


def _keep_the_shards(before: Plan, after: Plan) -> None:
    """Refuse to give partitions another meaning: shards may only be added, at the end."""
    if after.shards[: len(before.shards)] != before.shards:
        names = ", ".join(before.shards)
        raise ConfigurationError([f"shards: [{names}] stand in the log; add new ones behind them"])

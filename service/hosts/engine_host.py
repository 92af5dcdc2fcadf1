"""A process of the engine role: Faust's worker around ours, and what an entry that fails leaves.

An entry that cannot be folded ends the process, and a record of the control topic remembers it.  The
third time it is not folded again: copies of the process find out which of its events are to blame,
and a second record sets those aside for good, in every process and at every later start.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from alerts.desk import Desk
from service.engine.fold import SEMANTICS
from service.engine.plan import Plan
from service.errors import ConfigurationError, StoreAwayError, UnreachableError
from service.hosts.aside import TRIES
from service.hosts.clock import now_ms
from service.hosts.engine_worker import EngineWorker
from service.hosts.faust_app import FaustHost
from service.hosts.following import NO_PLAN, PLAN_S, read_decided
from service.hosts.shard import OtherRulesError, Shard
from service.log.decided import Decided, Record
from service.log.kafka import LOG, LogWriter
from service.log.reach import told
from service.log.wanted import CHECKPOINTS
from service.logs import logger
from service.store.database import Database
from service.store.standing import standing
from service.transport import Transport


class EngineHost:
    """Join the parts of one engine process."""

    def __init__(
        self,
        transport: Transport,
        store: Database,
        desk: Desk,
        member: str,
    ) -> None:
        """Take the parts; nothing is connected before `run`."""
        self._transport = transport
        self._desk = desk
        self._store = store
        self._worker = EngineWorker(store, self._shard, self._note, member)

    def trouble(self) -> str:
        """Say why nothing can become durable; empty when all is well."""
        return self._worker.trouble

    def still(self) -> int:
        """Return for how many seconds the shards stand still; 0 while it is not too long."""
        return self._worker.pulse.still()

    def run(self, shards: int, folder: Path, *, is_static: bool) -> NoReturn:
        """Run the worker until a signal comes; a static member keeps its shards over a restart."""
        member = self._worker.member if is_static else ""
        host = FaustHost(self._transport, shards, member, self._worker, folder)
        self._worker.gate = host
        host.run()

    async def _shard(self, partition: int) -> Shard:
        decided = await _decided(self._transport)
        if decided.plan is None:
            raise ConfigurationError([NO_PLAN])
        name = decided.plan.plan.shards[partition]
        position, book = standing(self._store, name, now_ms())
        asides, suspects = decided.asides_of(name), decided.suspects(name, TRIES)
        return Shard(name, self._desk, book, position, asides, suspects)

    async def _note(self, record: Record) -> None:
        writer = LogWriter(self._transport)
        with told():
            try:
                await writer.start()
                await writer.tell(*record)
            finally:
                await writer.stop()


async def _decided(transport: Transport) -> Decided:
    """Read what is decided, where the topics are that Faust would wait for or make by itself."""
    return await read_decided(transport, transport.topic(LOG), transport.group(CHECKPOINTS))


async def wait_for_turn(transport: Transport, reports: Callable[[], list[dict[str, Any]]]) -> Plan:
    """Return the plan in force, once there is one and every shard is ours to go on with.

    A newer program does not even join before that: a shard that is dealt to it while older rules
    hold could only be refused, again and again, and would stand still meanwhile.
    """
    while True:
        try:
            decided = await _decided(transport)
            trouble = _too_early(decided, reports())
            if not trouble and decided.plan is not None:
                return decided.plan.plan
        except (UnreachableError, StoreAwayError) as error:
            trouble = str(error)
        logger().warning("this worker waits", detail=trouble)
        await asyncio.sleep(PLAN_S)


def _too_early(decided: Decided, reports: Sequence[Mapping[str, Any]]) -> str:
    """Return what must be waited for; raise OtherRulesError where only a newer program can go on."""
    if decided.plan is None:
        return NO_PLAN
    if decided.rules < SEMANTICS:
        return (
            f"rules of version {decided.rules} hold; to let {SEMANTICS} take over: erosion upgrade"
        )
    newer = {row["shard"] for row in reports if row["semantics"] > SEMANTICS}
    if newer.issuperset(decided.plan.plan.shards):
        raise OtherRulesError(decided.rules, SEMANTICS)
    left = sorted(row["shard"] for row in reports if row["semantics"] < SEMANTICS)
    names = ", ".join(left)
    return f"an older program must come to the end of its rules first: {names}" if left else ""

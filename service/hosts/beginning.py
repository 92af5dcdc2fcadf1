"""How a service begins: state from a checkpoint, the rest from the log, then the plan of today.

The log is the truth.  A checkpoint only spares time, so one that cannot be trusted is passed over,
and the log is folded from an older one or from its start.  Where neither reaches, because old
chunks were deleted, the start is refused: an engine with half a past would call neglected customers
served.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from service.engine.fold import SEMANTICS, Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.results import digest
from service.engine.snapshot import engine_from
from service.engine.values import Chunk
from service.errors import DamagedError
from service.hosts import collector
from service.hosts.aside import fold_or_set_aside
from service.hosts.keeper import Keeper
from service.hosts.upgrade import upgrade
from service.log.sqlite import SqliteLog
from service.logs import logger
from service.loop import Loop
from service.store.store import Store

REFOLD_CHUNKS = 500
BEGINNING, END = -(2**62), 2**62


class Begun(NamedTuple):
    """Say where a service begins: the plan in force, the last chunk folded, the log's time."""

    plan: Plan
    seq: int
    last_stamp: int | None


def begin(store: Store, log: SqliteLog, loop: Loop, keeper: Keeper, plan: Plan) -> Begun:
    """Bring the loop up to the end of the log and take the plan into force."""
    collector.calm()
    known = log.semantics()
    if known > SEMANTICS:
        raise DamagedError(
            f"the log decides by rules of version {known}, this program by {SEMANTICS}",
            "run the version that wrote it, or a newer one",
        )
    if log.is_empty():
        append(store, log, loop, Chunk(BEGINNING, (), _semantics(0)), unplanned=True)
    elif known < SEMANTICS:
        upgrade(store, log, loop)
    else:
        catch_up(store, log, loop, keeper)
    collector.settle()
    engine = loop.engine
    last = engine.now if engine.now > 0 else None
    found = take_plan(store, log, loop, plan)
    return Begun(found, log.last_seq(), last)


def catch_up(store: Store, log: SqliteLog, loop: Loop, keeper: Keeper, until: int = END) -> None:
    """Restore the newest checkpoint and fold what follows, up to a chunk; applied frames are dropped."""
    after, since = 0, log.semantics_seq()
    loop.forget_waiting()
    found = keeper.newest(before=until)
    if found is not None and found.seq >= since:
        loop.engine, after = engine_from(found.parts), found.seq
    elif log.is_cut():
        raise DamagedError(
            "the beginning of the log is gone, and no checkpoint can be trusted",
            "restore the last backup; do not delete the log",
        )
    else:
        loop.engine = Engine()
    again = partial(catch_up, store, log, loop, keeper)
    for count, (seq, chunk) in enumerate(whole(log, after)):
        if seq >= until:
            break
        fold_or_set_aside(store, log, loop, again, seq, chunk)
        if seq < since:
            loop.forget_waiting()
        elif count % REFOLD_CHUNKS == 0:
            settle(store, loop)
    settle(store, loop)


def whole(log: SqliteLog, after: int) -> Iterator[tuple[int, Chunk]]:
    """Yield the chunks behind a number, without the records that were set aside."""
    aside = log.asides()
    for seq, chunk in log.read(after):
        gone = aside.get(seq)
        if gone:
            kept = tuple(e for place, e in enumerate(chunk.events) if place not in gone)
            yield seq, chunk._replace(events=kept)
        else:
            yield seq, chunk


def settle(store: Store, loop: Loop) -> None:
    """Make waiting results durable in a transaction of their own."""
    if loop.waiting:
        with store.transaction() as transaction:
            loop.settle(transaction)
        loop.settled()


def take_plan(store: Store, log: SqliteLog, loop: Loop, plan: Plan) -> Plan:
    """Append the compiled plan to the log if it differs from the one in force; return that one."""
    before = loop.engine.plan if loop.engine.begun else None
    if before is not None and same(before, plan):
        return before
    numbered = replace(plan, number=1 if before is None else before.number + 1)
    # An empty log has no time yet: events that bring their own time may be older than now.
    stamp = loop.engine.now if before is not None else BEGINNING
    append(store, log, loop, Chunk(stamp, (), to_data(numbered)))
    if before is not None:
        logger().info("a new plan is in force", number=numbered.number)
    return numbered


def append(
    store: Store, log: SqliteLog, loop: Loop, chunk: Chunk, *, unplanned: bool = False
) -> int:
    """Make a control durable, fold it, and return its number."""
    with store.transaction() as transaction:
        seq = log.append(transaction, chunk)
    loop.fold((chunk,))
    if not unplanned:
        settle(store, loop)
    return seq


def same(before: Plan, after: Plan) -> bool:
    """Tell whether two plans differ in nothing but their number."""
    return digest(to_data(replace(before, number=0))) == digest(to_data(replace(after, number=0)))


def _semantics(frame: int) -> dict[str, object]:
    return {"kind": "semantics", "number": SEMANTICS, "frame": frame}

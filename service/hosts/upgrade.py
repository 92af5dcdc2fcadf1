"""A newer program on an older log: what it would have decided takes over, in one transaction.

The old chunks are folded by the new rules, without applying frames, because frames of two rules
cannot be told apart by number.  Then a control in the log says that the new rules hold from here
on, and the store is brought to what they say: rows, counts, the call-back list.  Alerts that stand
in both stay as they are; those that the new rules do not know are resolved, and said to be.
Keeping the old rules in the program until the last old log is gone was rejected: nobody would ever
dare to take them out.
"""

from service.engine.fold import SEMANTICS
from service.engine.results import Results
from service.engine.values import Chunk, Cleared, Frame, Waiting
from service.log.sqlite import SqliteLog
from service.logs import logger
from service.loop import SHARD, Loop
from service.store.store import Store


def upgrade(store: Store, log: SqliteLog, loop: Loop) -> None:
    """Bring an older log and its store under the rules of this program."""
    results, waiting = Results(), dict[tuple[str, str], Waiting]()
    for _, chunk in log.read(0):
        loop.fold((chunk,))
        results.take(loop.waiting)
        _follow(waiting, loop.waiting)
        loop.forget_waiting()
    with store.transaction() as transaction:
        frame = transaction.position(SHARD)
        control = {"kind": "semantics", "number": SEMANTICS, "frame": frame}
        chunk = Chunk(loop.engine.now, (), control)
        log.append(transaction, chunk)
        transaction.replace_results(
            results.outcomes.values(), results.readings, list(waiting.values())
        )
        loop.fold((chunk,))
        known = transaction.add_signals(results.signals)
        loop.settle(transaction)
    loop.settled()
    logger().warning(
        "the log was brought under newer rules",
        semantics=SEMANTICS,
        cases=len(results.outcomes),
        new_transitions=known,
    )


def _follow(waiting: dict[tuple[str, str], Waiting], frames: list[Frame]) -> None:
    for row in (row for frame in frames for row in frame.waiting):
        if isinstance(row, Cleared):
            waiting.pop(row[:2], None)
        else:
            waiting[row[:2]] = row

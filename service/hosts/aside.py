"""A record that the engine cannot fold: taken back, tried again, and then set aside alone.

A fold that raises leaves half a step behind, so the engine is made anew from the last checkpoint and
the log.  Three tries tell a passing fault (no memory) from a record that will never do.  Which record
it is, copies of the process find out, since a try costs the engine.  It then stands in the quarantine
and in a control of the log, which every later start reads first: the neighbours go on, and every
fold of this log leaves out the same record.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from service import metrics
from service.engine.fold import Engine
from service.engine.values import Chunk, Event
from service.hosts.forking import Copy
from service.log.sqlite import SqliteLog
from service.logs import logger
from service.loop import Loop
from service.store.shelf import put_unfolded
from service.store.store import Store

TRIES = 3
TRY_S = 60.0


def fold_or_set_aside(
    store: Store, log: SqliteLog, loop: Loop, again: Callable[[int], None], seq: int, chunk: Chunk
) -> tuple[int, Chunk] | None:
    """Fold a chunk; set aside the events that make it fail.

    Return the control that says so, with its number: it stands at the end of the log, and must be
    folded in its turn.  `again` brings the loop to just before a chunk.  Raise what the fold raised
    where no event is to blame: a plan, or a tick.
    """
    try:
        loop.fold((chunk,))
    except Exception as error:
        _tell(seq, error)
        if not chunk.events:
            raise
        if not _tried_again(loop, again, seq, chunk):
            return _set_aside(store, log, loop, seq, chunk)
    return None


def _tried_again(loop: Loop, again: Callable[[int], None], seq: int, chunk: Chunk) -> bool:
    """Try so many times in all; leave the loop just before the chunk if every try failed."""
    for _ in range(TRIES - 1):
        again(seq)
        try:
            loop.fold((chunk,))
        except Exception as error:  # noqa: BLE001 - see above
            _tell(seq, error)
        else:
            return True
    again(seq)
    return False


def _set_aside(
    store: Store, log: SqliteLog, loop: Loop, seq: int, chunk: Chunk
) -> tuple[int, Chunk]:
    places = guilty(loop.engine, chunk)
    gone = [(chunk.stamp, chunk.events[place]) for place in places]
    kept = tuple(event for place, event in enumerate(chunk.events) if place not in set(places))
    sources = Counter(event.source for _, event in gone)
    control = {"kind": "aside", "seq": seq, "places": places, "sources": dict(sources)}
    told = Chunk(chunk.stamp, (), control)
    with store.transaction() as transaction:
        told_seq = log.append(transaction, told)
        put_unfolded(transaction, gone)
    metrics.SET_ASIDE.inc(len(places))
    loop.fold((chunk._replace(events=kept),))
    return told_seq, told


def guilty(engine: Engine, chunk: Chunk) -> list[int]:
    """Return the places of the events without which the chunk can be folded, found by halving."""
    events, found = chunk.events, list[int]()
    while True:
        left = [place for place in range(len(events)) if place not in found]
        if not left or _folds(engine, [events[place] for place in left], chunk):
            return found
        low, high = 0, len(left)
        while high - low > 1:
            middle = (low + high) // 2
            if _folds(engine, [events[place] for place in left[:middle]], chunk):
                low = middle
            else:
                high = middle
        found.append(left[low])


def _folds(engine: Engine, events: Sequence[Event], chunk: Chunk) -> bool:
    """Tell whether a copy of the engine can fold some events."""

    def work() -> bytes:
        engine.fold(chunk._replace(events=tuple(events)))
        return b"folded"

    return Copy(work).poll(TRY_S) == b"folded"


def _tell(seq: int, error: Exception) -> None:
    what = f"{type(error).__name__}: {error}"
    logger().error("a chunk of the log could not be folded", chunk=seq, detail=what)

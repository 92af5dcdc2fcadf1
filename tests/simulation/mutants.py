"""Mistakes that somebody could make, planted one at a time; the simulation must see each of them.

They live here and not as switches in the product.  A gate that never fails proves nothing: this
table is what says that the simulation can see.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from alerts import looking, news
from alerts.courier import Courier, Receipt
from alerts.notice import Why
from alerts.outbox import Pending
from alerts.retry import Result
from service.engine import course, recording, snapshot
from service.engine.absence import Absence
from service.engine.episode import Episodes
from service.engine.fold import Engine
from service.engine.seen import Seen
from service.engine.stream import NEVER, Stream
from service.engine.timeline import Timeline
from service.engine.values import Frame
from service.hosts.jobs import Batch, Call, Job
from service.hosts.writer import Writer
from service.loop import Loop
from tests.simulation.host import Host
from tests.simulation.storage import SimTransaction
from tests.simulation.world import DAY

Mutant = Callable[[], AbstractContextManager[None]]
MUTANTS: dict[str, Mutant] = {}
_settle_first = Host.checkpoint
_turn = Writer.turn
_settle = Loop.settle
_restored = Host._restored
_engine_from = snapshot.engine_from
_forget = Seen.forget
_attempt = Courier._attempt
_news_for = news.news_for


@contextmanager
def _patched(owner: Any, name: str, value: object) -> Iterator[None]:
    kept = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, kept)


def _plant(title: str, owner: Any, name: str) -> Callable[[Any], Any]:
    """Let a function stand in for another while the mutant of this title is planted."""

    def plant(value: Any) -> Any:
        MUTANTS[title] = lambda: _patched(owner, name, value)
        return value

    return plant


@_plant("results committed before the events", Writer, "turn")
def _results_first(self: Writer, jobs: Sequence[Job]) -> None:
    batches = [job for job in jobs if isinstance(job, Batch)]
    calls = [job for job in jobs if isinstance(job, Call)]
    chunks = self._chunks(batches)
    self._loop.fold(chunks)
    with self._store.transaction() as transaction:
        applied = self._loop.settle(transaction)
    self._loop.settled()
    with self._store.transaction() as transaction:
        for chunk in chunks:
            self._log.append(transaction, chunk)
        results = [(call, call.work(transaction)) for call in calls]
    self._answer(batches, results)
    self._after(applied)


@_plant("answered before it is durable", Writer, "turn")
def _answer_first(self: Writer, jobs: Sequence[Job]) -> None:
    again: list[Job] = []
    for job in jobs:
        if isinstance(job, Batch):
            job.done.set_result(None)
        again.append(Batch(job.events, job.rejected) if isinstance(job, Batch) else job)
    _turn(self, again)


@_plant("timers not restored from the snapshot", snapshot, "engine_from")
def _no_timers(parts: snapshot.Parts) -> Engine:
    engine = _engine_from(parts)
    for line in engine.timelines:
        line.timers._buckets.clear()
        line.timers._minutes.clear()
    return engine


@_plant("snapshot misses stream items", snapshot, "engine_from")
def _no_items(parts: snapshot.Parts) -> Engine:
    engine = _engine_from(parts)
    for track in engine.tracks:
        for stream in track.judges.streams.values():
            stream.items.clear()
    return engine


_numbers = itertools.count()


@_plant("random alert id", Episodes, "_hash")
def _random_id(self: Episodes, instant: int, reopened: int) -> str:
    return f"{next(_numbers):016x}"


@_plant("marked sent before send", Courier, "_attempt")
async def _mark_first(self: Courier, pending: Pending) -> Receipt:
    attempt = pending.attempts + 1
    receipt = Receipt(pending.row.key, attempt, self._clock(), Result.DELIVERED, "")
    self._outbox.mark(receipt)
    return await _attempt(self, pending)


@_plant("no duplicate check", Seen, "digest")
def _never_known(self: Seen, event: object) -> None:
    return None


@_plant("deadline fires one wait too early", Absence, "goal")
def _without_wait(self: Absence, line: Timeline) -> int:
    heard = min(self._hearing.listeners[name].heard for name in line.lags)
    return min(heard, self.believed_until(line))


@_plant("seen keys evicted too early", Seen, "forget")
def _forget_early(self: Seen, before: int) -> None:
    _forget(self, before + 5 * DAY)


@_plant("no offset check", Host, "_restored")
def _fold_twice(self: Host) -> tuple[Engine, int]:
    engine, offset = _restored(self)
    return engine, max(0, offset - 3)


@_plant("frame compare-and-set removed", SimTransaction, "apply_frames")
def _apply_always(self: SimTransaction, shard: str, frames: Sequence[Frame]) -> list[Frame]:
    found = list(frames)
    self._writes.append(lambda: self.disk.frames.extend(found))
    self._position = found[-1].number if found else self._position
    return found


@_plant("withdrawn never sent", looking, "news_for")
def _mute_withdrawn(*given: Any) -> Why | None:
    found = _news_for(*given)
    return None if found is Why.WITHDRAWN else found


@_plant("refold skipped", Stream, "refold")
def _no_refold(self: Stream, watermark: int, reason: str) -> list[object]:
    self._changed_at = NEVER
    return []


@_plant("gap ignored: a dead feed is judged", course, "covering")
def _no_gap(gaps: object, at: int) -> None:
    return None


@_plant("checkpoint ahead of the results", Host, "checkpoint")
def _checkpoint_early(self: Host) -> None:
    waiting, self.loop.waiting = self.loop.waiting, []
    try:
        _settle_first(self)
    finally:
        self.loop.waiting = waiting


MUTANTS["future events accepted"] = lambda: _patched(recording, "FUTURE_MS", 2**62)

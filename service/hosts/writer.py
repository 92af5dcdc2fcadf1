"""The writer: one thread, one connection, one turn after another.

A turn commits the events of this batch and the results of the last one with a single fsync, then
answers whoever waits, then folds.  So nothing is answered before it is durable, and nothing is
folded that is not in the log (01, section 7).  Work of others, such as the courier's receipts,
joins the same transaction.  A second connection for them was rejected: SQLite has one writer, and
two would only wait for each other.  A turn that finds no room on the disk is rolled back as if it
had not been: its senders come again, its results wait for the next turn, nothing of it is folded.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, Queue
from threading import Event as Flag
from threading import Thread
from typing import Any, TypeVar

from service import metrics
from service.engine.values import Chunk, Frame
from service.errors import StorageFullError
from service.hosts.folding import Folding
from service.hosts.hours import by_hour
from service.hosts.jobs import Batch, Call, Control, Done, Job, Overloaded, Stamping
from service.hosts.pulse import Pulse
from service.hosts.space import RETRY_S, Space
from service.hosts.ticking import Ticking
from service.log.sqlite import SqliteLog
from service.loop import Loop
from service.store.retention import Retention
from service.store.shelf import Sums
from service.store.store import Store
from service.store.transaction import Transaction

T = TypeVar("T")

EVENTS_PER_TURN = 2000
QUEUED_MAX = 100_000
GATHER_S = 0.02


class Writer:
    """Run turns until told to stop; `failed` holds what ended it early."""

    def __init__(
        self,
        store: Store,
        log: SqliteLog,
        loop: Loop,
        stamps: Stamping | None,
        after: Callable[[Sequence[Frame]], None] = lambda frames: None,
        wall: Callable[[], int] = lambda: 0,
        retention: Retention | None = None,
        shelved: Callable[[Sums | None], None] = lambda sums: None,
        folding: Folding | None = None,
    ) -> None:
        """Take the parts; without `stamps` the events bring their own time and nothing ticks."""
        self._store = store
        self._log = log
        self._loop = loop
        self._stamps = stamps
        self._after = after
        self._wall = wall
        self._retention = retention
        self._shelved = shelved
        self._folding = folding or Folding(store, log, loop)
        self._jobs: Queue[Job] = Queue()
        self._in_hand: Sequence[Job] = ()
        self._stop = Flag()
        self._ticking = Ticking(loop, self._folding)
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self.queued = 0
        self.space = Space()
        self.pulse = Pulse()
        self.failed: BaseException | None = None

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued and end."""
        self._stop.set()
        self._thread.join()
        self._folding.finish()

    def take(self, batch: Batch) -> None:
        """Queue events; raise Overloaded when too many wait, and refuse them for want of room."""
        if self.space.missing is not None:
            batch.done.set_exception(self.space.missing)
            return
        waiting = self.queued + self._folding.behind + len(batch.events)
        if self.failed is not None or waiting > QUEUED_MAX:
            raise Overloaded
        self.queued += len(batch.events)
        self._jobs.put(batch)

    def trouble(self) -> str:
        """Say why nothing can become durable; empty when all is well."""
        if self.failed is not None:
            return "nothing can be written: see the log"
        if self.space.missing is not None:
            return str(self.space.missing)
        still = self.pulse.still()
        return f"the log stands still: no turn has ended for {still} s" if still else ""

    def call(self, work: Callable[[Transaction], T]) -> T:
        """Run work inside the next transaction and return what it returned, once durable.

        Raise StorageFullError at once while there is no room.
        """
        result: T = self.put(Call(work)).result(timeout=60)
        return result

    def control(self, make: Callable[[int], Chunk], then: Callable[[], None]) -> None:
        """Append a control behind the next batch; return once it is durable and in force."""
        self.put(Control(make, then)).result(timeout=60)

    def put(self, job: Call | Control) -> Future[Any]:
        """Queue a job; raise what keeps anything from being written."""
        refused = self.failed or self.space.missing
        if refused is not None:
            raise refused
        self._jobs.put(job)
        return job.done

    def _run(self) -> None:
        try:
            while not self._is_done():
                if self.space.missing is not None and self._has_to_wait():
                    continue
                self._in_hand = self._gather()
                self.turn(self._in_hand)
                if self.space.missing is None:
                    self.pulse.beat()
                    metrics.HEARTBEAT.set(self._wall() // 1000)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the process must end
            self.failed = error
            self._refuse(error)

    def _is_done(self) -> bool:
        """Tell whether to end; what waits for room comes out of the log again at the next start.

        Where events bring the time, only an answer would go on with what was asked.
        """
        asked = self._stamps is None and self._loop.engine.asks()
        left = (self._loop.waiting or asked) and self.space.missing is None
        idle = self._jobs.empty() and not left and not self._folding.is_behind
        return self._stop.is_set() and idle

    def _has_to_wait(self) -> bool:
        """Wait for room; tell whether there still is none."""
        self._stop.wait(RETRY_S)
        return not self._store.make_room() and not self._stop.is_set()

    def _refuse(self, error: BaseException) -> None:
        """Tell everyone who still waits that it did not become durable."""
        left = [*self._in_hand]
        while not self._jobs.empty():
            left.append(self._jobs.get())
        for job in left:
            if not job.done.done():
                self.queued -= len(job.events) if isinstance(job, Batch) else 0
                job.done.set_exception(error)

    def _gather(self) -> list[Job]:
        """Wait for work, but never longer than a tick or waiting results allow."""
        jobs: list[Job] = []
        count = 0
        patience = 0.0 if self._loop.waiting or self._folding.is_behind else GATHER_S
        while count < EVENTS_PER_TURN:
            try:
                job = self._jobs.get(timeout=patience) if patience else self._jobs.get_nowait()
            except Empty:
                break
            jobs.append(job)
            count += len(job.events) if isinstance(job, Batch) else 0
            patience = 0.0
        if self._retention is not None and self._retention.due():
            jobs.append(Call(self._retention.step))
        return jobs

    def turn(self, jobs: Sequence[Job]) -> None:
        """Commit these jobs and the last results, answer, then fold; without room do none of it."""
        self._in_hand = jobs
        batches = [job for job in jobs if isinstance(job, Batch)]
        calls = [job for job in jobs if isinstance(job, Call)]
        controls = [job for job in jobs if isinstance(job, Control)]
        chunks = self._chunks(batches, controls)
        now = chunks[-1].stamp if chunks else self.time()
        left = self._loop.waiting or self._folding.is_behind
        if not (chunks or jobs or left or self.space.missing or self._loop.attending.is_due(now)):
            return
        try:
            done = self._commit(chunks, batches, calls, now)
        except StorageFullError as error:
            self.space.lost(error)
            self._refuse(error)
            return
        self.space.found()
        self._loop.settled()
        if done.is_asked:
            self._loop.attending.hear()
        self._shelved(done.sums)
        self._answer(batches, done.results)
        self._folding.keep()
        for control in controls:
            control.then()
        self._folding.fold(done.seqs, chunks, whole=bool(controls))
        for control in controls:
            control.done.set_result(None)
        self._after(done.applied)
        self._store.checkpoint_when_due()

    def _commit(
        self, chunks: Sequence[Chunk], batches: Sequence[Batch], calls: Sequence[Call], now: int
    ) -> Done:
        with self._store.transaction() as transaction:
            seqs = [self._log.append(transaction, chunk) for chunk in chunks]
            turned_away = [bad for batch in batches for bad in batch.rejected]
            sums = transaction.quarantine(self._wall(), turned_away)
            applied = self._loop.settle(transaction, now)
            results = [(call, call.work(transaction)) for call in calls]
        return Done(seqs, applied, results, sums, transaction.is_asked)

    def _answer(self, batches: list[Batch], results: list[tuple[Call, Any]]) -> None:
        for batch in batches:
            self.queued -= len(batch.events)
            batch.done.set_result(None)
        for call, result in results:
            call.done.set_result(result)

    def time(self) -> int:
        """Return the desk's time: the log's, also between its chunks."""
        return self._loop.engine.now if self._stamps is None else self._stamps.now()

    def people_time(self) -> int:
        """Return the time of what people do: the wall's, or the log's where events bring their own."""
        return self._loop.engine.now if self._stamps is None else self._wall()

    def _chunks(self, batches: list[Batch], controls: Sequence[Control] = ()) -> list[Chunk]:
        events = [event for batch in batches for event in batch.events]
        if self._stamps is None:
            return [*by_hour(events), *(c.make(self._loop.engine.now) for c in controls)]
        now = self._stamps.now(e.time if e.recorded is None else e.recorded for e in events)
        made = [control.make(now) for control in controls]
        if events:
            # What is due in crowds is judged by a tick of its own, which is folded bit by bit.
            crowded = not self._folding.is_behind and self._loop.engine.is_crowded(now)
            return [*([Chunk(now)] if crowded else []), Chunk(now, events), *made]
        return made or ([Chunk(now)] if self._ticking.is_due(now) else [])

"""When a checkpoint is taken, and that nobody waits for it.

One is due after as many events as three times the open cases, and a hundred thousand at the least,
so that its work stays a small share; a quiet service takes one a day.  It is written by a copy of the
process (service.hosts.forking), cut between a commit and the next fold, when nothing waits to be
applied.  One that fails is counted and tried again later: the log is the truth.
"""

from collections.abc import Callable
from pathlib import Path

from pydantic_core import to_json

from service import metrics, positions
from service.engine.fold import SEMANTICS, Engine
from service.engine.snapshot import VERSION, parts_of
from service.hosts.clock import monotonic_s, now_ms
from service.hosts.due import Due
from service.hosts.forking import Copy
from service.logs import logger
from service.loop import SHARD
from service.store.checkpoints import Checkpoints, Found

QUIET_S = 24 * 3600.0


class Keeper:
    """Take checkpoints of one engine in one folder."""

    def __init__(
        self,
        folder: Path,
        copy: Callable[[Callable[[], bytes]], Copy] = Copy,
    ) -> None:
        """Take the folder; `copy` runs work beside us."""
        self._checkpoints = Checkpoints(folder, (VERSION, SEMANTICS))
        self._copy = copy
        self._running: Copy | None = None
        self._due = Due(monotonic_s, QUIET_S)
        positions.CHECKPOINT_AT.labels(SHARD).set(0)

    def newest(self, before: int) -> Found | None:
        """Return the newest checkpoint before a chunk that can be trusted."""
        found = self._checkpoints.newest(before)
        for reason in self._checkpoints.passed_over:
            logger().warning("a checkpoint cannot be trusted and is passed over", detail=reason)
        if found is not None:
            positions.checkpointed(SHARD, found.seq, self._checkpoints.written_s(found.seq))
        return found

    def covered(self) -> int:
        """Return the chunk before which the log is covered twice over, 0 while it is not."""
        seqs = self._checkpoints.seqs()
        return min(seqs[:2]) if len(seqs) > 1 else 0

    def count(self, events: int) -> None:
        """Count what was folded since the last checkpoint."""
        self._due.count(events)

    def look(self, engine: Engine, seq: int) -> None:
        """Collect a checkpoint that is done, or begin one that is due at this chunk."""
        if self._running is not None:
            answer = self._running.poll()
            if answer is not None:
                self._running = None
                self._finish(answer)
        elif self._due.is_due(engine):
            self._begin(engine, seq)

    def wait(self) -> None:
        """Wait for a checkpoint that is being written."""
        if self._running is not None:
            answer = self._running.poll(60)
            self._running = None
            self._finish(answer or b"")

    def _begin(self, engine: Engine, seq: int) -> None:
        self._due.begin()
        self._running = self._copy(
            lambda: to_json({"seq": seq, "bytes": self._checkpoints.write(seq, parts_of(engine))})
        )

    def _finish(self, answer: bytes) -> None:
        took_s = monotonic_s() - self._due.since_s
        seqs = self._checkpoints.seqs()
        metrics.CHECKPOINTS.labels("written" if answer else "failed").inc()
        if not answer:
            logger().warning("a checkpoint could not be written", detail="the log is whole without")
            return
        self._checkpoints.tidy()
        positions.checkpointed(SHARD, seqs[0], now_ms() // 1000)
        positions.CHECKPOINT_SECONDS.labels(SHARD).set(took_s)

"""Folding what has become durable: chunk by chunk, with a checkpoint now and then.

It knows how far the log is folded, so it is here that a checkpoint is cut, and here that a record
which cannot be folded is taken back and set aside.
"""

from collections.abc import Callable, Sequence

from service.engine.values import Chunk
from service.hosts.aside import fold_or_set_aside
from service.hosts.keeper import Keeper
from service.log.sqlite import SqliteLog
from service.loop import Loop
from service.store.store import Store


class Folding:
    """Fold durable chunks in their order."""

    def __init__(
        self,
        store: Store,
        log: SqliteLog,
        loop: Loop,
        keeper: Keeper | None = None,
        again: Callable[[int], None] | None = None,
    ) -> None:
        """Take the parts; `again` brings the loop to just before a chunk when a fold has failed.

        Without a keeper no checkpoint is taken, without `again` a failed fold is raised.
        """
        self._store = store
        self._log = log
        self._loop = loop
        self._keeper = keeper
        self._again = again
        self._folded = 0

    def begin(self, seq: int) -> None:
        """Go on behind a chunk of the log."""
        self._folded = seq

    def keep(self) -> None:
        """Take a checkpoint if one is due; everything folded must be applied."""
        if self._keeper is not None and self._folded:
            self._keeper.look(self._loop.engine, self._folded)

    def fold(self, seqs: Sequence[int], chunks: Sequence[Chunk]) -> None:
        """Fold chunks under their numbers, and then what says that records were set aside."""
        left = list(zip(seqs, chunks, strict=True))
        for seq, chunk in left:
            told = self._fold(seq, chunk)
            left += [told] if told is not None else []
            self._folded = seq
            if self._keeper is not None:
                self._keeper.count(len(chunk.events))

    def _fold(self, seq: int, chunk: Chunk) -> tuple[int, Chunk] | None:
        if self._again is None:
            self._loop.fold((chunk,))
            return None
        return fold_or_set_aside(self._store, self._log, self._loop, self._again, seq, chunk)

    def finish(self) -> None:
        """Wait for a checkpoint that is being written."""
        if self._keeper is not None:
            self._keeper.wait()

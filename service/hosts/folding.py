"""Folding what has become durable: chunk by chunk, with a checkpoint now and then.

A tick under which a million promises fall due is folded bit by bit, so that the writer can take
events, commit frames and carry messages in between; chunks that come meanwhile are durable and
wait.  It knows how far the log is folded, so it is here that a checkpoint is cut, and here that a record
which cannot be folded is taken back and set aside.
"""

from collections import deque
from collections.abc import Callable, Sequence

from service import positions
from service.engine.values import Chunk
from service.hosts.aside import fold_or_set_aside
from service.hosts.clock import monotonic_s
from service.hosts.keeper import Keeper
from service.log.sqlite import SqliteLog
from service.loop import Loop
from service.store.store import Store

# For so long a turn may fold what is left of a tick; the frames do not depend on it.
BIT_S = 0.05


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
        self._left: deque[tuple[int, Chunk]] = deque()
        # How many durable events are still to be folded; read by other threads.
        self.behind = 0

    def begin(self, seq: int) -> None:
        """Go on behind a chunk of the log."""
        self._folded = seq
        self._show()

    @property
    def is_behind(self) -> bool:
        """Tell whether durable chunks are still to be folded, or the rest of one."""
        return bool(self._left)

    def keep(self) -> None:
        """Take a checkpoint if one is due; everything folded must be applied."""
        if self._keeper is not None and self._folded and not self._loop.engine.is_amid:
            self._keeper.look(self._loop.engine, self._folded)

    def fold(self, seqs: Sequence[int], chunks: Sequence[Chunk], *, whole: bool = True) -> None:
        """Fold chunks under their numbers, and then what says that records were set aside.

        Without `whole` a tick may be left half folded; the next call goes on with it.
        """
        self._left += zip(seqs, chunks, strict=True)
        self.behind += sum(len(chunk.events) for chunk in chunks)
        until = monotonic_s() + BIT_S
        while self._left:
            self._bit(*self._left[0])
            if not whole and self._loop.engine.is_amid and monotonic_s() >= until:
                break
        self._show()

    def _show(self) -> None:
        end = self._left[-1][0] if self._left else self._folded
        positions.folded(self._loop.shard, self._folded, end)

    def _bit(self, seq: int, chunk: Chunk) -> None:
        """Fold a tick bit by bit; anything else whole, so that it can be taken back."""
        engine, told = self._loop.engine, None
        if chunk.events or chunk.control is not None:
            told = self._fold(seq, chunk)
        elif engine.is_amid:
            self._loop.waiting += engine.go_on()
        else:
            engine.begin(chunk)
        if not self._loop.engine.is_amid:
            self._left.popleft()
            self.behind -= len(chunk.events)
            self._left += [told] if told is not None else []
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

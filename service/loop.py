"""The only loop: fold, decide, commit; both hosts, replay and tests run this one.

Frames wait here between the fold and the transaction that makes them durable, so that a host can
commit the next events and the last results with one fsync.  If the process dies in between, the
log is folded again, gives the same frames under the same numbers, and the compare-and-set of the
ledger drops what was already applied (01, section 7).
"""

from collections.abc import Sequence
from typing import Protocol

from alerts.desk import Book, Decision, Desk
from service.engine.fold import Engine
from service.engine.values import Chunk, Frame

SHARD = "main"


class Ledger(Protocol):
    """Make frames and decisions durable, inside one transaction."""

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Write the frames that are new, and return those."""
        ...

    def save_decision(self, decision: Decision) -> None:
        """Write what the desk decided."""
        ...


class Loop:
    """Fold chunks and settle what comes out of them."""

    def __init__(self, engine: Engine, desk: Desk | None = None, book: Book | None = None) -> None:
        """Take the engine, and the desk with its open alerts where there is one."""
        self.engine = engine
        self.desk = desk
        self.book = book or Book()
        self.waiting: list[Frame] = []
        self._draft: Book | None = None

    def fold(self, chunks: Sequence[Chunk]) -> None:
        """Fold chunks that are durable; their frames wait to be settled."""
        for chunk in chunks:
            self.waiting += self.engine.fold(chunk)

    def settle(self, ledger: Ledger) -> list[Frame]:
        """Write waiting frames, and what the desk decides on the new ones, into one transaction.

        The desk's time is the frame's stamp.  What it decides moves a draft of the book, which
        takes the book's place in `settled`: a transaction that fails leaves both the frames and
        the book as they were, and the next `settle` decides the same again.
        """
        applied = ledger.apply_frames(SHARD, self.waiting)
        self._draft = None
        if self.desk is not None:
            for frame in applied:
                if frame.signals:
                    self._decide(self.desk, frame, ledger)
        return applied

    def settled(self) -> None:
        """Turn the page, once the transaction is committed."""
        self.waiting = []
        self.book, self._draft = self._draft or self.book, None

    def _decide(self, desk: Desk, frame: Frame, ledger: Ledger) -> None:
        self._draft = self._draft or self.book.draft()
        decision = desk.decide(self._draft, frame.signals, frame.stamp)
        ledger.save_decision(decision)
        self._draft.apply(decision)

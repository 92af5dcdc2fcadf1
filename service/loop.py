"""The only loop: fold, decide, commit; both hosts, replay and tests run this one.

Frames wait here between the fold and the transaction that makes them durable, so that a host can
commit the next events and the last results with one fsync.  If the process dies in between, the
log is folded again, gives the same frames under the same numbers, and the compare-and-set of the
ledger drops what was already applied (01, section 7).
"""

from collections.abc import Sequence
from typing import Protocol

from alerts.desk import Book, Desk
from service.attending import Attending, DeskLedger
from service.engine.fold import Engine
from service.engine.values import Chunk, Frame
from service.errors import SupersededError

SHARD = "main"


class Ledger(DeskLedger, Protocol):
    """Make frames and decisions durable, inside one transaction."""

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Write the frames that are new, and return those."""
        ...


class Loop:
    """Fold chunks and settle what comes out of them."""

    def __init__(
        self,
        engine: Engine,
        desk: Desk | None = None,
        book: Book | None = None,
        *,
        shard: str = SHARD,
        position: int | None = None,
        is_exact: bool = True,
    ) -> None:
        """Take the engine, and the desk with its open alerts where there is one.

        `position` is the last frame that the book knows of.  Who gives it shares the store with
        others: a later frame that is applied already was another owner's, and this one must stop.
        Live hosts are not `is_exact`: what their desk slept through, it decides as of now.
        """
        self.engine = engine
        self.shard = shard
        self._position = position
        self.attending = Attending(
            desk, book or Book(), shard, is_shared=position is not None, is_exact=is_exact
        )
        self.waiting: list[Frame] = []

    @property
    def position(self) -> int | None:
        """Return the last frame that the book knows of."""
        return self._position

    @property
    def book(self) -> Book:
        """Return the alerts as they are stored."""
        return self.attending.book

    @property
    def desk(self) -> Desk | None:
        """Return the desk."""
        return self.attending.desk

    @desk.setter
    def desk(self, desk: Desk | None) -> None:
        """Take another desk."""
        self.attending.desk = desk

    def fold(self, chunks: Sequence[Chunk]) -> None:
        """Fold chunks that are durable; their frames wait to be settled."""
        for chunk in chunks:
            self.waiting += self.engine.fold(chunk)

    def settle(self, ledger: Ledger, now: int | None = None) -> list[Frame]:
        """Write waiting frames, and what the desk decides on the new ones, into one transaction.

        The desk's time is the frame's stamp.  With `now` it also decides on what time has made of
        its alerts by then, and on what people ask of it.  What it decides stays a draft until
        `settled`: a transaction that fails leaves both the frames and the book as they were.
        """
        applied = ledger.apply_frames(self.shard, self.waiting)
        self._refuse_strangers(len(self.waiting) - len(applied))
        self.attending.begin()
        self.attending.signals(applied, ledger)
        if now is not None:
            self.attending.attend(now, ledger)
        return applied

    def forget_waiting(self) -> None:
        """Let frames go that stand for what is applied already."""
        self.waiting = []

    def settled(self) -> None:
        """Turn the page, once the transaction is committed."""
        if self._position is not None and self.waiting:
            self._position = max(self._position, self.waiting[-1].number)
        self.waiting = []
        self.attending.settled()

    def reopen(self, book: Book, position: int) -> None:
        """Take the book as it is stored, after a transaction whose end nobody knows.

        `service.store.standing` reads both.  If it was kept, the next `settle` finds its frames
        applied, and decides nothing on them.
        """
        self.attending.reopen(book)
        self._position = position

    def _refuse_strangers(self, dropped: int) -> None:
        """Stop when frames are applied already of which the book knows nothing."""
        known = self._position
        if known is not None and dropped and self.waiting[dropped - 1].number > known:
            raise SupersededError(self.shard)

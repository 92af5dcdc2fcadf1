"""The only loop: fold, decide, commit; both hosts, replay and tests run this one.

Frames wait here between the fold and the transaction that makes them durable, so that a host can
commit the next events and the last results with one fsync.  If the process dies in between, the
log is folded again, gives the same frames under the same numbers, and the compare-and-set of the
ledger drops what was already applied (01, section 7).
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Protocol

from alerts.desk import Book, Decision, Desk
from alerts.signal import Signal, Transition
from service.engine.fold import Engine
from service.engine.values import Chunk, Frame
from service.errors import SupersededError

SHARD = "main"


class Ledger(Protocol):
    """Make frames and decisions durable, inside one transaction."""

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Write the frames that are new, and return those."""
        ...

    def save_decision(self, decision: Decision, shard: str) -> None:
        """Write what the desk of a shard decided."""
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
    ) -> None:
        """Take the engine, and the desk with its open alerts where there is one.

        `position` is the last frame that the book knows of.  Who gives it shares the store with
        others: a later frame that is applied already was another owner's, and this one must stop.
        """
        self.engine = engine
        self.shard = shard
        self._position = position
        self.desk = desk
        self.book = book or Book()
        self.waiting: list[Frame] = []
        self._draft: Book | None = None

    @property
    def position(self) -> int | None:
        """Return the last frame that the book knows of."""
        return self._position

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
        applied = ledger.apply_frames(self.shard, self.waiting)
        self._refuse_strangers(len(self.waiting) - len(applied))
        self._draft = None
        if self.desk is not None:
            for stamp, frames in groupby(applied, key=lambda frame: frame.stamp):
                self._decide(self.desk, stamp, list(frames), ledger)
        return applied

    def forget_waiting(self) -> None:
        """Let frames go that stand for what is applied already."""
        self.waiting = []

    def settled(self) -> None:
        """Turn the page, once the transaction is committed."""
        if self._position is not None and self.waiting:
            self._position = max(self._position, self.waiting[-1].number)
        self.waiting = []
        self.book, self._draft = self._draft or self.book, None

    def reopen(self, book: Book, position: int) -> None:
        """Take the book as it is stored, after a transaction whose end nobody knows.

        `service.store.standing` reads both.  If it was kept, the next `settle` finds its frames applied, and decides nothing on them.
        """
        self.book, self._draft, self._position = book, None, position

    def _refuse_strangers(self, dropped: int) -> None:
        """Stop when frames are applied already of which the book knows nothing."""
        known = self._position
        if known is not None and dropped and self.waiting[dropped - 1].number > known:
            raise SupersededError(self.shard)

    def _decide(self, desk: Desk, now: int, frames: list[Frame], ledger: Ledger) -> None:
        """Let the desk decide on the frames of one instant, and on what a new plan left over."""
        signals = [signal for frame in frames for signal in frame.signals]
        standing = next((f.standing for f in reversed(frames) if f.standing is not None), None)
        draft = self._draft or self.book
        if standing is not None:
            signals += left_over(draft, {*standing, *(signal.id for signal in signals)}, now)
        if signals:
            self._draft = self._draft or self.book.draft()
            decision = desk.decide(self._draft, signals, now)
            ledger.save_decision(decision, self.shard)
            self._draft.apply(decision)


def left_over(book: Book, standing: set[str], now: int) -> list[Signal]:
    """Return an end for every open alert whose finding does not stand any more."""
    return [
        Signal(
            id=alert.id,
            number=alert.number + 1,
            transition=Transition.RESOLVED,
            level=alert.level,
            touchpoint=alert.touchpoint,
            rule=alert.rule,
            kind=alert.kind,
            per=alert.per,
            scope=alert.scope,
            instant=now,
            cases=0,
            customers=0,
            reason="configuration",
            evidence={},
        )
        for alert in book.open()
        if alert.id not in standing
    ]

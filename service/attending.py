"""The desk at work in the loop: signals as they are applied, time as it passes, people as they ask.

What it decides moves a draft of the book, which takes the book's place once the transaction is
committed: one that fails leaves the book as it was, and the next one decides the same again.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Protocol

from alerts.asked import NOTHING, Asked
from alerts.desk import Book, Decision, Desk
from alerts.signal import Signal, Transition
from service.engine.values import Frame

# How often to ask for what other processes left; what this one was told, it looks at once.
ASK_EVERY_MS = 1_000


class DeskLedger(Protocol):
    """Keep what a desk decides, and hand over what waits for it, inside one transaction."""

    def save_decision(self, decision: Decision, shard: str) -> None:
        """Write what the desk of a shard decided."""
        ...

    def sit(self, shard: str, number: int) -> None:
        """Count a sitting; raise SupersededError if another owner held it."""
        ...

    def asked(self, shard: str, now: int) -> Asked:
        """Return what waits for the desk of a shard."""
        ...


class Attending:
    """Let a desk decide, on a draft of its book."""

    def __init__(
        self, desk: Desk | None, book: Book, shard: str, *, is_shared: bool, is_exact: bool
    ) -> None:
        """Take the desk where there is one.

        `is_shared` says that others may own the shard one day, so that sittings are counted.  With
        `is_exact` time passes from one instant that matters to the next; without, what was slept
        through is decided as of now.
        """
        self.book = book
        self._desk = desk
        self._shard = shard
        self._is_shared = is_shared
        self._is_exact = is_exact
        self._draft: Book | None = None
        self._asked_at = -ASK_EVERY_MS
        self._beat_at: int | None = None
        self._has_news, self._looks_again = True, False

    @property
    def desk(self) -> Desk | None:
        """Return the desk."""
        return self._desk

    @desk.setter
    def desk(self, desk: Desk | None) -> None:
        """Take another desk, which looks at everything that stands."""
        self._desk = desk
        self._looks_again = desk is not None

    def hear(self) -> None:
        """Know that somebody left something for the desk."""
        self._has_news = True

    def is_due(self, now: int) -> bool:
        """Tell whether time alone, or somebody's asking, wants a decision by now."""
        at = self.book.next_at()
        waits = at is not None and at <= now
        news = self._has_news or self._looks_again or self._beats(now)
        return self._desk is not None and (waits or news)

    def begin(self) -> None:
        """Begin a transaction."""
        self._draft = None

    def signals(self, frames: Sequence[Frame], ledger: DeskLedger) -> None:
        """Decide on what new frames say, each at its stamp, and on what a new plan left over."""
        for stamp, group in groupby(frames, key=lambda frame: frame.stamp):
            self._pass_time(stamp, ledger)
            mine = list(group)
            signals = [signal for frame in mine for signal in frame.signals]
            told = next((f.standing for f in reversed(mine) if f.standing is not None), None)
            if told is not None:
                standing = {*told, *(signal.id for signal in signals)}
                signals += left_over(self._current, standing, stamp)
            if signals:
                self._decide(stamp, ledger, signals)

    def attend(self, now: int, ledger: DeskLedger) -> None:
        """Decide on what time has made of the alerts by now, and on what people ask."""
        self._pass_time(now, ledger)
        if self._beats(now):
            self._beat_at = now
            self._decide(now, ledger, (), Asked(beats=self._shard))
        if not self._has_news and not self._looks_again and now - self._asked_at < ASK_EVERY_MS:
            return
        asked = ledger.asked(self._shard, now)
        self._asked_at = now
        fresh = (asked.silences or ()) != self._current.silences
        if asked.actions or asked.undelivered or fresh or self._looks_again:
            self._decide(now, ledger, (), asked)

    def settled(self) -> None:
        """Turn the page, once the transaction is committed."""
        self.book, self._draft = self._current, None
        self._has_news = self._looks_again = False

    def reopen(self, book: Book) -> None:
        """Take the book as it is stored."""
        self.book, self._draft = book, None

    @property
    def _current(self) -> Book:
        return self._draft or self.book

    def _beats(self, now: int) -> bool:
        """Tell whether a heartbeat is due."""
        beat = self._desk.directory.heartbeat if self._desk else None
        return beat is not None and (self._beat_at is None or now >= self._beat_at + beat.every_ms)

    def _pass_time(self, until: int, ledger: DeskLedger) -> None:
        while self._desk is not None:
            at = self._current.next_at()
            if at is None or at > until:
                return
            self._decide(at if self._is_exact else until, ledger)

    def _decide(
        self,
        now: int,
        ledger: DeskLedger,
        signals: Iterable[Signal] = (),
        asked: Asked = NOTHING,
    ) -> None:
        if self._desk is None:
            return
        self._draft = self._draft or self.book.draft()
        decision = self._desk.decide(self._draft, signals, now, asked)
        if self._is_shared:
            ledger.sit(self._shard, self._draft.sittings)
        ledger.save_decision(decision, self._shard)
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

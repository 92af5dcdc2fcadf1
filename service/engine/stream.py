"""One rule in one scope: its state now, a few of its states before, and what came in between.

What a stream counted in the last `correct_for` days stays sorted beside it.  When a late fact
changes one of those items, the latest state before it is folded again over all that followed by
the same function, and what people were told is reconciled with what comes out (01, section 5).
Undoing single items was rejected: a finding that never was cannot be un-opened by subtraction.
Folding always from the horizon was tried: one fact a minute late then cost a week of items.
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple, Protocol, Self

from alerts.signal import Level, Signal
from service.engine.business_time import Calendar
from service.engine.episode import Episodes, Run
from service.engine.history import History
from service.engine.plan import Rule
from service.engine.scored import Scored, Step

FRESH = -(2**62)
NEVER = 2**62
ITEMS_BETWEEN = 32
SNAPSHOTS = 28


class State(Protocol):
    """Be what a rule counts; `advance` lets time pass, `take` counts one thing."""

    kind: str
    is_open: bool
    since: int
    level: Level

    def adopt(self, rule: Rule, hours: Calendar) -> None:
        """Judge by a changed rule, on these opening hours, from now on."""
        ...

    def copy(self) -> Self:
        """Return a state that goes its own way."""
        ...

    def take(self, item: Scored) -> Step | None:
        """Count one thing."""
        ...

    def advance(self, until: int) -> Iterable[Step]:
        """Let time pass up to an instant."""
        ...

    def next_edge(self) -> int | None:
        """Return when time alone changes something next."""
        ...

    def trim(self) -> None:
        """Let go of what no state from this one on looks at."""
        ...

    def stop(self, instant: int, reason: str) -> Step:
        """End the finding from outside."""
        ...

    def counted(self) -> object:
        """Return what is counted, as plain values."""
        ...

    def state(self) -> list[object]:
        """Return plain values for a snapshot."""
        ...


class Snapshot(NamedTuple):
    """Keep a state as it was before everything at and after an instant."""

    instant: int
    state: State


class Stream:
    """Follow one rule in one scope, and correct it when facts come late."""

    def __init__(
        self,
        touchpoint: str,
        rule: Rule,
        scope: str,
        state: State,
        correct_for_ms: int,
        history: History | None = None,
    ) -> None:
        """Begin with a fresh state; a `history` takes what the stream lets go of."""
        self.history = history
        self.rule = rule
        self.episodes = Episodes(touchpoint, rule.id, state.kind, rule.per, scope)
        self.head = state
        self.snapshots = [Snapshot(FRESH, state.copy())]
        self.items: list[Scored] = []
        self.filed = -1
        self._changed_at = NEVER
        self.since_snapshot = 0
        self._correct_for_ms = correct_for_ms

    @property
    def is_dirty(self) -> bool:
        """Tell whether the past was changed, so that `refold` must follow."""
        return self._changed_at != NEVER

    def take(self, item: Scored) -> Signal | None:
        """Count one thing in its turn."""
        items = self.items
        if self._changed_at != NEVER or (items and items[-1][:6] > item[:6]):
            self.change((), (item,))
            return None
        self._remember(item.instant, items[-1].instant if items else FRESH)
        items.append(item)
        step = self.head.take(item)
        return None if step is None else self.episodes.tell(step)

    def edge(self, instant: int) -> list[Signal]:
        """Let time pass up to an instant."""
        if self.is_dirty:
            return []
        return [self.episodes.tell(step) for step in self.head.advance(instant)]

    def next_edge(self) -> int | None:
        """Return when time alone changes something next."""
        return self.head.next_edge()

    def change(self, removed: Iterable[Scored], added: Iterable[Scored]) -> None:
        """Take items out of the past and put others in; `refold` must follow."""
        horizon = self.snapshots[0].instant
        for item in removed:
            i = self._place(item[:6])
            if i < len(self.items) and self.items[i][:6] == item[:6]:
                del self.items[i]
                self._changed_at = min(self._changed_at, item.instant)
        for item in added:
            if item.instant >= horizon:
                self.items.insert(self._place(item[:6]), item)
                self._changed_at = min(self._changed_at, item.instant)

    def refold(self, watermark: int, reason: str) -> list[Signal]:
        """Fold again from the last state before the change, and tell what that changes."""
        while self.snapshots[-1].instant > self._changed_at:
            self.snapshots.pop()
        self._changed_at = NEVER
        begin, state = self.snapshots[-1]
        self.head = head = state.copy()
        runs = [Run(head.since, begun_before=True)] if head.is_open else []
        first = self._place((begin,))
        self.since_snapshot, before = 0, FRESH
        for item in self.items[first:]:
            _follow(runs, head.advance(item.instant - 1))
            self._remember(item.instant, before)
            before = item.instant
            step = head.take(item)
            _follow(runs, () if step is None else (step,))
        _follow(runs, head.advance(watermark))
        return self.episodes.reconcile(runs, begin, watermark, reason)

    def adopt(self, rule: Rule, hours: Calendar) -> None:
        """Judge by a changed rule of the same shape, on the hours of today, from now on."""
        self.rule = rule
        for state in (self.head, *(snapshot.state for snapshot in self.snapshots)):
            state.adopt(rule, hours)

    def stop(self, instant: int, reason: str) -> Signal | None:
        """End a standing finding because its rule is gone."""
        if self.episodes.standing() is None:
            return None
        return self.episodes.tell(self.head.stop(instant, reason))

    def _place(self, key: tuple[object, ...]) -> int:
        return bisect_left(self.items, key)

    def _remember(self, instant: int, before: int) -> None:
        """Keep the state before an item now and then, and let the oldest go.

        Few enough for memory, and enough that a fact that is hours late costs hours of items.
        """
        self.since_snapshot += 1
        last = self.snapshots[-1].instant
        if (
            self.since_snapshot <= ITEMS_BETWEEN
            or instant - last < self._correct_for_ms // SNAPSHOTS
            or instant == before
        ):
            return
        self.snapshots.append(Snapshot(instant, self.head.copy()))
        self.since_snapshot = 0
        horizon = instant - self._correct_for_ms
        while self.snapshots[1].instant <= horizon:
            del self.snapshots[0]
        oldest = self.snapshots[0]
        gone = self._place((oldest.instant,))
        if self.history is not None:
            over = [row for row in self.episodes.loud() if row[1] < oldest.instant]
            self.history.take(self.items[:gone], over)
        del self.items[:gone]
        oldest.state.trim()
        self.episodes.forget(oldest.instant)


def _follow(runs: list[Run], steps: Iterable[Step]) -> None:
    for step in steps:
        if not runs or runs[-1].closed is not None:
            runs.append(Run(step.instant))
        runs[-1].steps.append(step)

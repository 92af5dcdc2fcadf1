"""The rule `floor`: a stock below a number for so long, and how many asked while it was gone.

One finding per key of the stock.  Its life is a function of the sorted readings: it opens when the
stock has been below for the time on the place's hours, and ends with a reading that is enough, or
when the last reading is not trusted any more; an unknown stock is never called empty.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from alerts.signal import Level, Signal, Transition
from service.engine.business_time import Calendar
from service.engine.case import Case
from service.engine.episode import Episodes, Run
from service.engine.plan import Rule, Span
from service.engine.scored import Step
from service.engine.stock import Book, Reading, StockKey
from service.engine.waiting import CASES_SHOWN, customer_of

NEVER = 2**62


class Turn(NamedTuple):
    """State one turn in the life of a stock: when, since when it was low, why, at which value."""

    transition: Transition
    instant: int
    low_since: int
    reason: str
    value: float


class Low:
    """Follow a stock from reading to reading: low since when, and found wanting or not."""

    def __init__(self, reach: Callable[[int], int], below: float, trust_ms: int) -> None:
        """Take the rule: `reach` says when a stock that is low since an instant is found wanting."""
        self.reach = reach
        self.below = below
        self.trust_ms = trust_ms
        self.since: int | None = None
        self.opened: int | None = None

    def copy(self) -> "Low":
        """Return one that goes its own way."""
        found = Low(self.reach, self.below, self.trust_ms)
        found.since, found.opened = self.since, self.opened
        return found

    def follow(self, reading: Reading, following: int, until: int) -> Iterator[Turn]:
        """Yield what happens from a reading to the one that follows, or to an instant."""
        time, value = reading.time, reading.value
        if value >= self.below:
            yield from self._end(time, "it is there again", value)
            return
        self.since = time if self.since is None else self.since
        over = time + self.trust_ms
        at = max(self.reach(self.since), time)
        if self.opened is None and at < following and at <= min(over, until):
            self.opened = at
            yield Turn(Transition.OPENED, at, self.since, "below the floor", value)
        if over < following and over <= until:
            yield from self._end(over, "no reading", value)

    def _end(self, instant: int, reason: str, value: float) -> Iterator[Turn]:
        if self.opened is not None and self.since is not None:
            yield Turn(Transition.RESOLVED, instant, self.since, reason, value)
        self.since = self.opened = None


class Floor:
    """Follow one floor rule for one key of its stock."""

    def __init__(
        self, touchpoint: str, rule: Rule, unit: str, key: StockKey, calendar: Calendar, book: Book
    ) -> None:
        """Begin with no reading seen; `calendar` has the hours of the place."""
        self.key = key
        self.book = book
        self.calendar = calendar
        self.episodes = Episodes(touchpoint, rule.id, "floor", "unit", unit, " ".join(key))
        self.filed = -1
        self.is_dirty = False
        self.judged = -NEVER
        self.asked: Callable[[StockKey], Iterable[Case]] = lambda key: ()
        self.adopt(rule)

    def adopt(self, rule: Rule) -> None:
        """Judge by a changed rule from now on."""
        self.rule = rule
        self.base = Low(self._reach, rule.below, self.book.plan.trust_ms)

    def next_edge(self) -> int | None:
        """Return when the passing of time changes something next."""
        turns = (turn.instant for turn in self._turns(NEVER) if turn.instant > self.judged)
        return next(turns, None)

    def edge(self, instant: int) -> list[Signal]:
        """Let time pass up to an instant."""
        return self.refold(instant, "")

    def refold(self, watermark: int, reason: str) -> list[Signal]:
        """Judge all readings up to the watermark again, and tell what that changes."""
        self.is_dirty = False
        self.judged = max(self.judged, watermark)
        opened = self.base.opened
        runs = [] if opened is None else [Run(opened, begun_before=True)]
        for turn in self._turns(self.judged):
            if turn.transition is Transition.OPENED:
                runs.append(Run(turn.instant))
            runs[-1].steps.append(self._step(turn))
        rows = self.book.rows.get(self.key, ())
        since = rows[0].time if rows else -NEVER
        return self.episodes.reconcile(runs, since, watermark, reason or "late facts")

    def settle(self, before: int) -> None:
        """Take into the base what the book is about to forget."""
        rows = self.book.rows.get(self.key, [])
        first = self.book.first_kept(rows, before)
        for reading, following in pairwise(rows[: first + 1]):
            for _ in self.base.follow(reading, following.time, NEVER):
                pass
        self.episodes.forget(rows[first].time if rows else before)

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing left to follow, and nothing to wait for."""
        left = self.book.rows.get(self.key) or self.episodes.told
        return not left and self.filed < 0 and not self.is_dirty

    def stop(self, instant: int, reason: str) -> Signal | None:
        """End a standing finding because its rule is gone."""
        if self.episodes.standing() is None:
            return None
        return self.episodes.tell(
            self._step(Turn(Transition.RESOLVED, instant, instant, reason, 0))
        )

    def state(self) -> list[object]:
        """Return what a snapshot must know, as plain values."""
        return [self.judged, self.base.since, self.base.opened, self.episodes.state()]

    def restore(self, state: list[Any]) -> None:
        """Take over what `state` gave."""
        self.judged, self.base.since, self.base.opened, told = state
        self.episodes.restore(told)

    def _turns(self, until: int) -> Iterator[Turn]:
        """Yield the life of the stock since the horizon as the readings give it."""
        low = self.base.copy()
        rows = self.book.rows.get(self.key, [])
        for i, reading in enumerate(rows):
            if reading.time > until:
                return
            following = rows[i + 1].time if i + 1 < len(rows) else NEVER
            yield from low.follow(reading, following, until)

    def _reach(self, since: int) -> int:
        span = self.rule.over or Span("elapsed", 0)
        if span.kind == "open_days":
            return self.calendar.close_of_day(since, span.amount)
        if span.kind == "open":
            return self.calendar.add(since, span.amount)
        return since + span.amount

    def _step(self, turn: Turn) -> Step:
        transition, instant, since, reason, value = turn
        cases = [case for case in self.asked(self.key) if since <= case.started <= instant]
        people = len({customer_of(case) for case in cases})
        evidence: dict[str, object] = {
            "since": since,
            "stock": self.rule.stock,
            "key": list(self.key),
            "value": value,
            "below": self.rule.below,
            "cases": sorted(case.id for case in cases)[:CASES_SHOWN],
        }
        level = Level(self.rule.level)
        return Step(transition, level, instant, reason, len(cases), people, evidence)

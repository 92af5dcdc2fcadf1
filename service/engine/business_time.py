"""Arithmetic on opening hours: how much open time lies between two instants, and its inverse.

Calendar arithmetic is the field's most repeated bug (04, section 1.1), so it has a module and
property tests of its own.  Opening spans are expanded to UTC once, day by day as far as they are
asked for, with the open time before each; every question is then two binary searches.  Walking
day by day for each question was rejected: it costs 30 times as much and reads no better.

A calendar has one member (a unit) or several (the union over a region's units).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from service.engine.plan import Week
from service.engine.zone import DAY_MS, Zone, day_number, weekday

MINUTE_MS = 60_000
_STEP_DAYS = 370
_HOPELESS_DAYS = 10 * 366

Member = tuple[Zone, Week]


class NoOpenTimeError(ValueError):
    """Tell that a calendar has no open time left; its configuration must get some."""


class Calendar:
    """Answer questions about one calendar's open time; all instants are UTC milliseconds."""

    def __init__(self, members: Sequence[Member]) -> None:
        """Take the (zone, week) of each member; the first member's zone names the days."""
        self.zone = members[0][0]
        self.always = any(week.always for _, week in members)
        self._members = [
            (zone, week, frozenset(day_number(day) for day in week.closed))
            for zone, week in dict.fromkeys(members)
        ]
        self._first_day = self._next_day = 0
        self._clear()

    @property
    def members(self) -> list[Member]:
        """Return what the calendar was made of."""
        return [(zone, week) for zone, week, _ in self._members]

    def add(self, start: int, amount: int) -> int:
        """Return the earliest instant by which `amount` ms of open time have passed."""
        if self.always or amount <= 0:
            return start + max(amount, 0)
        target = self._open_before(start) + amount
        while not self._ends or self._ends[-1] < target:
            self._grow()
        i = bisect_left(self._ends, target)
        return self._closes[i] - (self._ends[i] - target)

    def between(self, start: int, end: int) -> int:
        """Return the open milliseconds from `start` to `end`, 0 if `end` comes first."""
        if end <= start:
            return 0
        if self.always:
            return end - start
        before = self._open_before(start)  # The earlier instant first: it may move the base.
        return self._open_before(end) - before

    def close_of_day(self, start: int, count: int) -> int:
        """Return the close of the count-th open local date after the date of `start`."""
        day = self.zone.day(start)
        if self.always:
            return self.zone.utc((day + count + 1) * DAY_MS, last=True)
        self._cover(start)
        i = bisect_right(self._days, day) + count - 1
        while i >= len(self._days):
            self._grow()
        return self._day_closes[i]

    def open_dates(self, start: int, end: int) -> range:
        """Return the positions of the open local dates that [start, end) touches."""
        first, last = self.zone.day(start), self.zone.day(end - 1)
        if end <= start:
            return range(0)
        if self.always:
            return range(first, last + 1)
        self._cover(start)
        self._cover(end)
        return range(bisect_left(self._days, first), bisect_right(self._days, last))

    def is_open(self, at: int) -> bool:
        """Tell whether an instant lies in open time; a close is no longer open."""
        if self.always:
            return True
        self._cover(at)
        i = bisect_right(self._closes, at)
        return i < len(self._opens) and self._opens[i] <= at

    def _open_before(self, at: int) -> int:
        if not self._first <= at < self._last:
            self._cover(at)
        i = bisect_right(self._closes, at)
        opens, closes = self._opens[i], self._closes[i]
        return self._ends[i] - (closes - (max(opens, at)))

    def _cover(self, at: int) -> None:
        """Make sure that every span which begins before `at`, and the one after, is expanded."""
        day = at // DAY_MS
        if day - 3 < self._first_day or not self._next_day:
            self._first_day = self._next_day = day - 40
            self._clear()
        while self._next_day <= day + 3 or not self._closes or self._closes[-1] <= at:
            self._grow()
        self._first = (self._first_day + 3) * DAY_MS
        self._last = min((self._next_day - 3) * DAY_MS, self._closes[-1])

    def _clear(self) -> None:
        """Forget all spans.

        `_ends[i]` is the open time up to the close of span i; `_days` are the open dates.
        """
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._ends: list[int] = []
        self._days: list[int] = []
        self._day_closes: list[int] = []
        self._pending: list[tuple[int, int]] = []
        # Instants in between need no further look: everything around them is expanded.
        self._first = self._last = 0

    def _grow(self) -> None:
        """Expand the next days; a union's members may name different spans for one day."""
        hopeless = self._days[-1] if self._days else self._first_day
        if self._next_day - hopeless > _HOPELESS_DAYS:
            raise NoOpenTimeError("this calendar has no open time in ten years")
        self._pending += self._days_ahead()
        self._pending.sort()
        self._next_day += _STEP_DAYS
        # A day's spans begin up to a day earlier or later in another member's zone, so the
        # newest ones wait for those that may still come before them.
        settled = bisect_left(self._pending, ((self._next_day - 2) * DAY_MS, 0))
        for opens, closes in self._pending[:settled]:
            self._append(opens, closes)
        del self._pending[:settled]

    def _days_ahead(self) -> Iterator[tuple[int, int]]:
        for day in range(self._next_day, self._next_day + _STEP_DAYS):
            spans = list(self._spans(day))
            if spans:
                self._days.append(day)
                self._day_closes.append(max(close for _, close in spans))
            yield from spans

    def _spans(self, day: int) -> Iterator[tuple[int, int]]:
        for zone, week, closed in self._members:
            if day in closed or not week.spans:
                continue
            for start, end in week.spans[weekday(day)]:
                until = end if end > start else end + 24 * 60
                opens = zone.utc(day * DAY_MS + start * MINUTE_MS)
                closes = zone.utc(day * DAY_MS + until * MINUTE_MS, last=True)
                if closes > opens:
                    yield opens, closes

    def _append(self, opens: int, closes: int) -> None:
        """Add a span; what overlaps or touches the one before melts into it."""
        before = self._ends[-1] if self._ends else 0
        if self._closes and opens <= self._closes[-1]:
            longer = max(closes - self._closes[-1], 0)
            self._closes[-1] += longer
            self._ends[-1] = before + longer
            return
        self._opens.append(opens)
        self._closes.append(closes)
        self._ends.append(before + closes - opens)

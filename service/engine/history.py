"""What a stream of the rule `pace` has seen, day by day: the raw material of what is usual.

A case is counted here only when no late fact can change it any more, which is when the stream lets
its item go; what it still holds is added when somebody asks.  So no correction ever reaches this
file, and the sums do not depend on when items were let go.  Counting at once and subtracting on
correction was rejected: it is the same work twice, and one slip stays for half a year.
"""

from array import array
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from service.engine.baseline import Learned
from service.engine.scored import Scored, What

WEEKS = 26
DAYS = WEEKS * 7
# What can be undone by late facts, or by an episode that grows, is not yet history.
Interval = tuple[int, int]


class Sums:
    """Add up scores and looks by local day, in rows of (day, cases due, late, looked, stayed, ..)."""

    def __init__(self, checkpoints: Sequence[int], rows: Iterable[int] = ()) -> None:
        """Begin with rows that are known; scores stand for looks where only the promise counts."""
        self._places = {percent: 3 + 2 * i for i, percent in enumerate(checkpoints)}
        self._looks = len(checkpoints) > 1
        self._width = 3 + 2 * len(checkpoints) if self._looks else 3
        self.rows = array("I", rows)

    @property
    def columns(self) -> int:
        """Return how many counts each day has."""
        return 2 + 2 * len(self._places)

    def add(self, item: Scored) -> None:
        """Count one score or look on its local day."""
        day = item.case.place.zone.day(item.instant)
        if item.what is What.SCORE:
            column = 1
        elif item.what is What.LOOK and self._looks and item.checkpoint in self._places:
            column = self._places[item.checkpoint]
        else:
            return
        row = self._row(day)
        self.rows[row + column] += 1
        self.rows[row + column + 1] += item.late

    def days(self) -> Iterable[tuple[int, Sequence[int]]]:
        """Yield each day with its counts: due, late, then looked and stayed by checkpoint."""
        for i in range(0, len(self.rows), self._width):
            counts = self.rows[i + 1 : i + self._width]
            yield self.rows[i], counts if self._looks else counts * 2

    def since(self, day: int) -> tuple[int, int]:
        """Return cases due and late ones from a day on."""
        due = late = 0
        for i in range(len(self.rows) - self._width, -1, -self._width):
            if self.rows[i] < day:
                break
            due += self.rows[i + 1]
            late += self.rows[i + 2]
        return due, late

    def forget(self, before: int) -> None:
        """Let go of the days before one."""
        gone = 0
        while gone < len(self.rows) and self.rows[gone] < before:
            gone += self._width
        del self.rows[:gone]

    def _row(self, day: int) -> int:
        """Return where the row of a day begins; days come almost in order."""
        i = len(self.rows)
        while i > 0 and self.rows[i - self._width] > day:
            i -= self._width
        if i > 0 and self.rows[i - self._width] == day:
            return i - self._width
        self.rows[i:i] = array("I", [day, *[0] * (self._width - 1)])
        return i


class History:
    """Remember what one stream has let go of, and the episodes whose days are not usual."""

    def __init__(self, checkpoints: tuple[int, ...]) -> None:
        """Begin with nothing seen."""
        self.checkpoints = checkpoints
        self.sums = Sums(checkpoints)
        self.unusual: list[Interval] = []

    def take(self, items: Iterable[Scored], unusual: Iterable[Interval]) -> None:
        """Take over items that a stream lets go of, and the episodes that it forgets."""
        for item in items:
            self.sums.add(item)
        self.unusual += unusual

    def with_held(self, items: Iterable[Scored], until: int) -> Sums:
        """Return all sums, with what the stream still holds up to an instant."""
        found = Sums(self.checkpoints, self.sums.rows)
        for item in items:
            if item.instant > until:
                break
            found.add(item)
        return found

    def count(self, items: Sequence[Scored], day: int, until: int) -> tuple[int, int]:
        """Return cases due and late ones from a day up to an instant, with what is still held."""
        due, late = self.sums.since(day)
        for item in items:
            if item.instant > until:
                break
            if item.what is What.SCORE and item.case.place.zone.day(item.instant) >= day:
                due += 1
                late += item.late
        return due, late

    def forget(self, before_day: int, before: int) -> None:
        """Let go of what is older than what counts as usual."""
        self.sums.forget(before_day)
        self.unusual = [(since, until) for since, until in self.unusual if until >= before]

    def state(self) -> list[object]:
        """Return what a snapshot must know, as plain values."""
        return [list(self.sums.rows), [list(row) for row in self.unusual]]

    def restore(self, state: list[Any]) -> None:
        """Take over what `state` gave."""
        self.sums = Sums(self.checkpoints, state[0])
        self.unusual = [(row[0], row[1]) for row in state[1]]


def learned(
    scope: str, region: str, sums: Sums, first: int, last: int, left_out: Collection[int]
) -> Learned:
    """Return what is known of the days from `first` up to but without `last`.

    The days in `left_out` do not count, neither their cases nor their length.
    """
    kept = [counts for day, counts in sums.days() if first <= day < last and day not in left_out]
    columns = [sum(column) for column in zip(*kept, strict=True)] or [0] * sums.columns
    length = last - first - sum(first <= day < last for day in left_out)
    days = tuple((counts[0], counts[1]) for counts in kept if counts[0])
    return Learned(
        scope, region, max(length // 7, 1), tuple(columns[2::2]), tuple(columns[3::2]), days
    )

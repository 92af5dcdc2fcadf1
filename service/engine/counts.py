"""Outcomes and readings: one row per case and touchpoint, and the counts that are their sums.

Cases that the timeline touched are noted, and written once per frame however much happened to
them.  Readings leave as changes when the watermark passes a whole minute, so the engine forgets
old days and a late fact simply takes one person from one column to another.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from service.engine.case import Case
from service.engine.facts import End
from service.engine.shown import due_at
from service.engine.values import Outcome, Reading
from service.engine.zone import day_text

COLUMNS = ("kept", "late", "gave up", "unknown", "open")
_COLUMN = {name: i for i, name in enumerate(COLUMNS)}
_ANSWERED = End.ANSWERED
_MINUTE_MS = 60_000

Key = tuple[str, str, str, str]
# (touchpoint, column before, column now).
Move = tuple[str, str, str]


class Counts:
    """Collect what changed until a frame takes it."""

    def __init__(self) -> None:
        """Begin with nothing to say."""
        self._touched: dict[tuple[int, str], Case] = {}
        self.changes: dict[Key, list[int]] = {}
        self.minute = -1
        self._days: dict[int, str] = {}
        self._moves: Counter[Move] = Counter()
        # In which column stood what was taken out and is not counted again yet; only moves ask for it.
        self._were: dict[tuple[int, str], str] = {}

    def touch(self, case: Case) -> None:
        """Note that a case has a new row."""
        self._touched[case.track, case.id] = case

    def has_news(self) -> bool:
        """Tell whether a row waits to be taken."""
        return bool(self._touched)

    def uncount(self, touchpoint: str, case: Case) -> None:
        """Take a case out of its column, because what the column is named by may change."""
        if case.counted in _COLUMN:
            self._column(touchpoint, case)[_COLUMN[case.counted]] -= 1
            self._were[case.track, case.id] = case.counted
            case.counted = "new"

    def take_outcomes(
        self, names: Sequence[str] | Mapping[int, str], goal: int
    ) -> tuple[Outcome, ...]:
        """Return the rows of all touched cases, as the facts up to `goal` give them.

        `names` are the touchpoints by position.
        """
        touched, self._touched = self._touched, {}
        return tuple([self._row(names[key[0]], touched[key], goal) for key in sorted(touched)])

    def take_readings(self, watermark: int, *, all_of_them: bool = False) -> tuple[Reading, ...]:
        """Return the changes so far if the watermark has passed a whole minute since the last."""
        minute = watermark // _MINUTE_MS
        if not self.changes or (minute <= self.minute and not all_of_them):
            return ()
        self.minute = minute
        changes, self.changes = self.changes, {}
        return tuple([Reading(*key, *changes[key]) for key in sorted(changes) if any(changes[key])])

    def take_moves(self) -> Counter[Move]:
        """Return how many cases went from which column to which since the last call."""
        self._were.clear()
        moves, self._moves = self._moves, Counter()
        return moves

    def forget_days(self) -> None:
        """Let go of the names of days; those that are still asked for are found again."""
        self._days.clear()

    def take_over(self, other: "Counts") -> None:
        """Take the changes that another has not told yet."""
        for key, counts in other.changes.items():
            mine = self.changes.setdefault(key, [0, 0, 0, 0, 0])
            self.changes[key] = [a + b for a, b in zip(mine, counts, strict=True)]

    def _row(self, touchpoint: str, case: Case, goal: int) -> Outcome:
        outcome = case.standing
        if outcome != case.counted:
            self._count(touchpoint, case, outcome)
        over = case.seen_end
        open_ms, own_ms = case.times_at(goal) if over else (None, None)
        return Outcome(
            touchpoint,
            case.id,
            case.customer,
            case.place.id,
            case.via,
            case.started,
            due_at(case, goal),
            case.ended if over else None,
            outcome,
            open_ms,
            own_ms,
            case.end is _ANSWERED and case.early,
            case.provenance,
            case.pinned.plan,
            over and case.end is _ANSWERED,
        )

    def _count(self, touchpoint: str, case: Case, outcome: str) -> None:
        counts = self._column(touchpoint, case)
        if case.counted in _COLUMN:
            counts[_COLUMN[case.counted]] -= 1
        counts[_COLUMN[outcome]] += 1
        was = self._were.pop((case.track, case.id), case.counted)
        if was != outcome:
            self._moves[touchpoint, was, outcome] += 1
        case.counted = outcome

    def _column(self, touchpoint: str, case: Case) -> list[int]:
        day = case.place.zone.day(case.started)
        text = self._days.get(day)
        if text is None:
            text = self._days[day] = day_text(day)
        key = (text, touchpoint, case.place.id, case.via)
        counts = self.changes.get(key)
        if counts is None:
            counts = self.changes[key] = [0, 0, 0, 0, 0]
        return counts

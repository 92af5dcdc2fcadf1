"""Outcomes and readings: one row per case and touchpoint, and the counts that are their sums.

Cases that the timeline touched are noted, and written once per frame however much happened to
them.  Readings leave as changes when the watermark passes a whole minute, so the engine forgets
old days and a late fact simply takes one person from one column to another.
"""

from service.engine.case import Case, End
from service.engine.values import Outcome, Reading
from service.engine.zone import day_text

COLUMNS = ("kept", "late", "gave up", "unknown", "open")
_COLUMN = {name: i for i, name in enumerate(COLUMNS)}
_MINUTE_MS = 60_000

Key = tuple[str, str, str, str]


class Counts:
    """Collect what changed until a frame takes it."""

    def __init__(self) -> None:
        """Begin with nothing to say."""
        self._touched: dict[tuple[int, str], Case] = {}
        self._changes: dict[Key, list[int]] = {}
        self._minute = -1
        self._days: dict[int, str] = {}

    def touch(self, case: Case) -> None:
        """Note that a case has a new row."""
        self._touched[case.track, case.id] = case

    def take_outcomes(self, names: list[str]) -> tuple[Outcome, ...]:
        """Return the rows of all touched cases; `names` are the touchpoints by position."""
        touched, self._touched = self._touched, {}
        return tuple([self._row(names[track], case) for (track, _), case in touched.items()])

    def take_readings(self, watermark: int, *, all_of_them: bool = False) -> tuple[Reading, ...]:
        """Return the changes so far if the watermark has passed a whole minute since the last."""
        minute = watermark // _MINUTE_MS
        if not self._changes or (minute <= self._minute and not all_of_them):
            return ()
        self._minute = minute
        changes, self._changes = self._changes, {}
        return tuple(
            [Reading(*key, *counts) for key, counts in changes.items() if any(counts)]
        )

    def state(self) -> tuple[object, ...]:
        """Return what a snapshot must know."""
        return (self._minute, sorted(self._changes.items()))

    def _row(self, touchpoint: str, case: Case) -> Outcome:
        outcome = standing(case)
        if outcome != case.counted:
            self._count(touchpoint, case, outcome)
        over = case.ended is not None and outcome != "open"
        open_ms, own_ms = case.times(case.started) if over else (None, None)
        return Outcome(
            touchpoint,
            case.id,
            case.customer,
            case.place.id,
            case.via,
            case.started,
            case.due,
            case.ended if over else None,
            outcome,
            open_ms,
            own_ms,
            case.early and case.end == End.ANSWERED,
            case.provenance,
            case.pinned.plan,
        )

    def _count(self, touchpoint: str, case: Case, outcome: str) -> None:
        day = case.place.zone.day(case.started)
        text = self._days.get(day)
        if text is None:
            text = self._days[day] = day_text(day)
        key = (text, touchpoint, case.place.id, case.via)
        counts = self._changes.get(key)
        if counts is None:
            counts = self._changes[key] = [0, 0, 0, 0, 0]
        if case.counted:
            counts[_COLUMN[case.counted]] -= 1
        counts[_COLUMN[outcome]] += 1
        case.counted = outcome


def standing(case: Case) -> str:
    """Return the outcome of a case as far as the timeline has come with it."""
    if case.scored:
        return case.outcome if case.ended is not None else "late"
    return "open"

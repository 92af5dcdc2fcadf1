"""The rule `waiting`: people past the promise, counted while they wait (02, "Rules, exactly").

It opens when enough customers are past the lowest mark that may notify, grows worse at its own
higher marks, improves when nobody is past the first, and is over only when the next due cases
were kept: calling three people back mends three people, not the process.
"""

from alerts.signal import Level, Signal, Transition
from service.engine.case import Case
from service.engine.episode import Episode
from service.engine.plan import Rule

CASES_SHOWN = 200
UNITS_SHOWN = 10


class Past:
    """Hold the cases past one mark and count their customers, each customer once."""

    __slots__ = ("cases", "customers")

    def __init__(self) -> None:
        """Begin with nobody."""
        self.cases: dict[str, Case] = {}
        self.customers: dict[str, int] = {}

    def add(self, case: Case) -> None:
        """Take in a case; a case without a customer counts as one of its own."""
        who = _customer(case)
        self.cases[case.id] = case
        self.customers[who] = self.customers.get(who, 0) + 1

    def drop(self, case: Case) -> None:
        """Let a case go, if it was there."""
        if self.cases.pop(case.id, None) is None:
            return
        who = _customer(case)
        self.customers[who] -= 1
        if not self.customers[who]:
            del self.customers[who]


class WaitingStream:
    """Follow one waiting rule in one scope."""

    filed = -1

    def __init__(self, touchpoint: str, rule: Rule, scope: str) -> None:
        """Begin with nobody waiting."""
        self.rule = rule
        self.episode = Episode(touchpoint, rule.id, rule.per, scope)
        self.levels = [(percent, Level(level)) for percent, level in rule.marks if level != "watch"]
        self.past = {percent: Past() for percent, _ in rule.marks}
        self._notifying = {percent for percent, _ in self.levels}
        self.improving = False
        self.kept_in_row = 0

    def score(self, case: Case, instant: int, late: bool) -> Signal | None:
        """Count a scored case towards recovery; one late case begins the count anew."""
        if not self.improving:
            return None
        self.kept_in_row = 0 if late else self.kept_in_row + 1
        if self.kept_in_row < self.rule.recover_kept:
            return None
        self.improving = False
        return self._signal(Transition.RESOLVED, instant, "recovered")

    def mark(self, case: Case, percent: int, instant: int) -> Signal | None:
        """Take a case past a mark; open, raise or reopen the finding if enough are past it."""
        past = self.past.get(percent)
        if past is None:
            return None
        past.add(case)
        if percent not in self._notifying:
            return None
        if not self.episode.is_open:
            return self._open(instant)
        if self.improving and percent == self.levels[0][0] and self._enough(percent):
            self.improving = False
            return self._signal(Transition.RELAPSED, instant, "waiting again")
        return self._raise(instant)

    def end(self, case: Case, instant: int) -> Signal | None:
        """Let a case go that was answered, cancelled or broken."""
        for past in self.past.values():
            past.drop(case)
        if not self.episode.is_open or self.improving or self._opening.cases:
            return None
        self.improving = True
        self.kept_in_row = 0
        return self._signal(Transition.IMPROVING, instant, "nobody past the mark")

    def stop(self, instant: int) -> Signal | None:
        """End a standing finding because its rule is gone."""
        return (
            self._signal(Transition.RESOLVED, instant, "configuration")
            if self.episode.is_open
            else None
        )

    def state(self) -> tuple[object, ...]:
        """Return what a snapshot must know."""
        past = [(percent, sorted(group.cases)) for percent, group in self.past.items()]
        return (self.episode.state(), self.improving, self.kept_in_row, past)

    @property
    def _opening(self) -> Past:
        return self.past[self.levels[0][0]]

    def _enough(self, percent: int) -> bool:
        return len(self.past[percent].customers) >= self.rule.at_least

    def _highest(self) -> Level | None:
        reached = [level for percent, level in self.levels if self._enough(percent)]
        return max(reached, key=lambda level: level.rank, default=None)

    def _open(self, instant: int) -> Signal | None:
        if not self._enough(self.levels[0][0]):
            return None
        self.improving = False
        self.episode.open(instant, self._highest() or self.levels[0][1])
        return self._signal(Transition.OPENED, instant, "past the mark")

    def _raise(self, instant: int) -> Signal | None:
        level = self._highest()
        if level is None or level.rank <= self.episode.level.rank:
            return None
        self.episode.level = level
        return self._signal(Transition.WORSE, instant, "past a higher mark")

    def _signal(self, transition: Transition, instant: int, reason: str) -> Signal:
        counts = (len(self._opening.cases), len(self._opening.customers))
        return self.episode.signal(
            transition, "waiting", instant, counts, reason, self._evidence(instant)
        )

    def _evidence(self, instant: int) -> dict[str, object]:
        cases = sorted(self._opening.cases.values(), key=lambda case: (case.started, case.id))
        found: dict[str, object] = {
            "since": self.episode.instant,
            "past": {str(percent): len(group.customers) for percent, group in self.past.items()},
            "at_least": self.rule.at_least,
            "kept_in_row": self.kept_in_row,
            "cases": [case.id for case in cases[:CASES_SHOWN]],
        }
        if self.rule.per != "unit":
            found["units"] = worst_units(cases)
        if cases:
            open_ms, own_ms = cases[0].times_at(instant)
            found |= {
                "oldest_started": cases[0].started,
                "longest_open_ms": open_ms,
                "longest_own_ms": own_ms,
            }
        return found


def worst_units(cases: list[Case]) -> list[list[object]]:
    """Return [unit, distinct customers] of the units with most people, most first."""
    people: dict[str, set[str]] = {}
    for case in cases:
        people.setdefault(case.place.id, set()).add(_customer(case))
    ranked = sorted(((-len(found), unit) for unit, found in people.items()))
    return [[unit, -count] for count, unit in ranked[:UNITS_SHOWN]]


def _customer(case: Case) -> str:
    return case.customer or f"case {case.id}"

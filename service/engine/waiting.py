"""The rule `waiting`: people past the promise, counted while they wait (02, "Rules, exactly").

It opens when enough customers are past the lowest mark that may notify, grows worse at its own
higher marks, improves when nobody is past the first, and is over only when the next due cases
were kept: calling three people back mends three people, not the process.
"""

from alerts.signal import Level, Transition
from service.engine.business_time import Calendar
from service.engine.case import Case
from service.engine.plan import Rule
from service.engine.scored import Scored, Step, What
from service.engine.untimed import Untimed

CASES_SHOWN = 200
UNITS_SHOWN = 10
# Asked for at every mark, so looked up instead of counted out each time.
RANKS = {level: level.rank for level in Level}


class Past:
    """Hold the cases past one mark and count their customers, each customer once."""

    __slots__ = ("cases", "customers")

    def __init__(self) -> None:
        """Begin with nobody."""
        self.cases: dict[str, Case] = {}
        self.customers: dict[str, int] = {}

    def add(self, case: Case) -> None:
        """Take in a case; a case without a customer counts as one of its own."""
        who = customer_of(case)
        self.cases[case.id] = case
        self.customers[who] = self.customers.get(who, 0) + 1

    def drop(self, case: Case) -> None:
        """Let a case go, if it was there."""
        if self.cases.pop(case.id, None) is None:
            return
        who = customer_of(case)
        self.customers[who] -= 1
        if not self.customers[who]:
            del self.customers[who]

    def copy(self) -> "Past":
        """Return one that changes by itself."""
        found = Past()
        found.cases = dict(self.cases)
        found.customers = dict(self.customers)
        return found


class WaitingState(Untimed):
    """Count who is past which mark in one scope, and judge."""

    kind = "waiting"

    def __init__(self, rule: Rule) -> None:
        """Begin with nobody waiting."""
        self._judge_by(rule)
        self.past = {percent: Past() for percent, _ in rule.marks}
        self.is_open = self.improving = False
        self.since = -1
        self.level = Level.WARNING
        self.kept_in_row = 0

    def adopt(self, rule: Rule, hours: Calendar) -> None:
        """Judge by a rule with the same marks from now on; waiting knows no window."""
        self._judge_by(rule)

    def _judge_by(self, rule: Rule) -> None:
        self.rule = rule
        self.levels = [(percent, Level(level)) for percent, level in rule.marks if level != "watch"]
        self._notifying = {percent for percent, _ in self.levels}

    def copy(self) -> "WaitingState":
        """Return a state that goes its own way."""
        found = WaitingState(self.rule)
        found.past = {percent: group.copy() for percent, group in self.past.items()}
        found.is_open, found.improving = self.is_open, self.improving
        found.since, found.level, found.kept_in_row = self.since, self.level, self.kept_in_row
        return found

    def take(self, item: Scored) -> Step | None:
        """Count one thing and return the step it brings about, if any."""
        if item.what is What.MARK:
            return self._mark(item.case, item.checkpoint, item.instant)
        if item.what is What.END:
            return self._end(item.case, item.instant)
        return self._score(item.instant, item.late) if self.improving else None

    def trim(self) -> None:
        """Do nothing: nothing is shared."""

    def stop(self, instant: int, reason: str) -> Step:
        """End the finding from outside."""
        self.is_open = self.improving = False
        return self._step(Transition.RESOLVED, instant, reason)

    def state(self) -> list[object]:
        """Return what a snapshot must know, as plain values."""
        past = [[percent, sorted(group.cases)] for percent, group in sorted(self.past.items())]
        return [
            self.is_open,
            self.improving,
            self.since,
            self.level.value,
            self.kept_in_row,
            past,
        ]

    def counted(self) -> object:
        """Return what is counted."""
        return self.state()[-1]

    def _mark(self, case: Case, percent: int, instant: int) -> Step | None:
        """Take a case past a mark; open, raise or reopen the finding if enough are past it."""
        past = self.past.get(percent)
        if past is None:
            return None
        past.add(case)
        if percent not in self._notifying:
            return None
        if not self.is_open:
            return self._open(instant)
        if self.improving and percent == self.levels[0][0] and self._enough(percent):
            self.improving = False
            return self._step(Transition.RELAPSED, instant, "waiting again")
        return self._raise(instant)

    def _end(self, case: Case, instant: int) -> Step | None:
        """Let a case go that was answered, cancelled or broken."""
        for past in self.past.values():
            past.drop(case)
        if not self.is_open or self.improving or self._opening.cases:
            return None
        self.improving = True
        self.kept_in_row = 0
        return self._step(Transition.IMPROVING, instant, "nobody past the mark")

    def _score(self, instant: int, late: bool) -> Step | None:
        """Count a scored case towards recovery; one late case begins the count anew."""
        self.kept_in_row = 0 if late else self.kept_in_row + 1
        if self.kept_in_row < self.rule.recover_kept:
            return None
        self.is_open = self.improving = False
        return self._step(Transition.RESOLVED, instant, "recovered")

    @property
    def _opening(self) -> Past:
        return self.past[self.levels[0][0]]

    def _enough(self, percent: int) -> bool:
        return len(self.past[percent].customers) >= self.rule.at_least

    def _highest(self) -> Level | None:
        reached = [level for percent, level in self.levels if self._enough(percent)]
        return max(reached, key=RANKS.__getitem__, default=None)

    def _open(self, instant: int) -> Step | None:
        if not self._enough(self.levels[0][0]):
            return None
        self.is_open, self.improving, self.since = True, False, instant
        self.level = self._highest() or self.levels[0][1]
        return self._step(Transition.OPENED, instant, "past the mark")

    def _raise(self, instant: int) -> Step | None:
        level = self._highest()
        if level is None or RANKS[level] <= RANKS[self.level]:
            return None
        self.level = level
        return self._step(Transition.WORSE, instant, "past a higher mark")

    def _step(self, transition: Transition, instant: int, reason: str) -> Step:
        counts = (len(self._opening.cases), len(self._opening.customers))
        return Step(transition, self.level, instant, reason, *counts, self._evidence(instant))

    def _evidence(self, instant: int) -> dict[str, object]:
        cases = sorted(self._opening.cases.values(), key=lambda case: (case.started, case.id))
        found: dict[str, object] = {
            "since": self.since,
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
        people.setdefault(case.place.id, set()).add(customer_of(case))
    ranked = sorted(((-len(found), unit) for unit, found in people.items()))
    return [[unit, -count] for count, unit in ranked[:UNITS_SHOWN]]


def customer_of(case: Case) -> str:
    """Return the person whom a case counts for; one without a customer is one of its own."""
    return case.customer or f"case {case.id}"

"""The rule `spread`: "it depends where you live", or how you ask (02; Bliss's Achilles heel).

Few units, or one way in, hold most of those let down, although the average is fine.  Whether that
is more than chance is Tarone's test of over-dispersion (Tarone, Biometrika 1979): the squared
distances of the groups' late counts from what the common rate gives, against what they vary by
themselves.  It is exact enough for many thin groups, and here it is one comparison of whole
numbers.  Ranking units by their share was rejected: the top of such a list are the thinnest.

It is judged once a day, by the first case of a new local day, so that it is not asked a thousand
times and answers once for nothing.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from alerts.signal import Level, Transition
from service.engine.bound import WHOLE
from service.engine.business_time import Calendar
from service.engine.case import Case
from service.engine.entries import Entries, Window
from service.engine.plan import Rule
from service.engine.scored import Scored, Step, What
from service.engine.share import edge_of, window_text
from service.engine.untimed import Untimed
from service.engine.waiting import CASES_SHOWN, UNITS_SHOWN, customer_of

# z squared for 99.9 % to speak and 95 % to go on, one-sided, and what makes them whole numbers.
SPEAKS, GOES_ON, SCALE = 95_495, 27_055, 10_000
GROUPS_MIN = 2
# Those who hold half of the late ones must have at most a quarter of the cases.
HELD, PART = 2, 4


class Group(NamedTuple):
    """Count one unit, or one way in: its name, cases, and late ones."""

    name: str
    cases: int
    late: int


class SpreadState(Untimed):
    """Hold the window of one spread rule in one scope, and judge."""

    kind = "spread"
    improving = False

    def __init__(self, rule: Rule, calendar: Calendar) -> None:
        """Begin with an empty window."""
        self.window = Window(Entries())
        self.is_open = False
        self.since = self.day = -1
        self.adopt(rule, calendar)

    def adopt(self, rule: Rule, hours: Calendar) -> None:
        """Judge by a rule with the same window from now on."""
        self.rule, self.calendar = rule, hours
        self.level = Level(rule.level)

    def copy(self) -> "SpreadState":
        """Return a state that goes its own way."""
        found = SpreadState(self.rule, self.calendar)
        found.window = self.window.copy()
        found.is_open, found.since, found.day = self.is_open, self.since, self.day
        return found

    def take(self, item: Scored) -> Step | None:
        """Take a scored case into the window; the first of a day lets the days before be judged."""
        if item.what is not What.SCORE:
            return None
        case, window = item.case, self.window
        while (edge := window.first()) is not None and edge <= item.instant:
            window.drop_first()
        day = case.place.zone.day(item.instant)
        step = self._judge(item.instant) if day > self.day else None
        self.day = max(day, self.day)
        group = case.place.id if self.rule.across == "unit" else case.via
        late = case if item.late else None
        window.add(edge_of(self.rule.over, self.calendar, item.instant), late, group)
        return step

    def trim(self) -> None:
        """Let go of what no state from this one on looks at."""
        self.window.entries.trim(self.window.low)

    def stop(self, instant: int, reason: str) -> Step:
        """End the finding from outside."""
        self.is_open = False
        return self._step(Transition.RESOLVED, instant, reason, self._groups())

    def state(self) -> list[object]:
        """Return what a snapshot must know, as plain values."""
        return [self.is_open, self.since, self.day, *self.window.state()]

    def counted(self) -> object:
        """Return what is counted, whatever was counted before."""
        return self.window.counted()

    def _judge(self, instant: int) -> Step | None:
        if not self.is_open and not self._is_worth_it():
            return None
        groups = self._groups()
        if self.is_open:
            if exceeds_chance(groups, GOES_ON) and holders(groups):
                return None
            self.is_open = False
            return self._step(Transition.RESOLVED, instant, "no longer uneven", groups)
        if not exceeds_chance(groups, SPEAKS) or not holders(groups):
            return None
        self.is_open, self.since = True, instant
        return self._step(Transition.OPENED, instant, "it depends", groups)

    def _is_worth_it(self) -> bool:
        """Tell whether enough are late, and yet the average is fine; else others speak of it."""
        window = self.window
        kept = (window.cases - window.late) * WHOLE
        return window.late >= self.rule.minimum_late and kept >= self.rule.kept_below * window.cases

    def _groups(self) -> list[Group]:
        counts: dict[str, list[int]] = {}
        for _, case, name in self.window.rows():
            found = counts.setdefault(name, [0, 0])
            found[0] += 1
            found[1] += case is not None
        return [Group(name, *found) for name, found in sorted(counts.items()) if name]

    def _step(self, transition: Transition, instant: int, reason: str, groups: list[Group]) -> Step:
        mine = holders(groups)
        late = [
            (row[1], row[2])
            for row in self.window.rows()
            if row[1] is not None and row[2] in {group.name for group in mine}
        ]
        people = len({customer_of(case) for case, _ in late})
        evidence: dict[str, object] = {
            "since": self.since,
            "kept": self.window.cases - self.window.late,
            "late": self.window.late,
            "window": window_text(self.rule.over),
            "across": self.rule.across,
            "groups": len(groups),
            "holding": len(mine),
            "held": sum(group.late for group in mine),
            "units": _people(late),
            "cases": [case.id for case, _ in late[-CASES_SHOWN:]],
        }
        return Step(transition, self.level, instant, reason, len(late), people, evidence)


def exceeds_chance(groups: Sequence[Group], z_squared: int) -> bool:
    """Tell whether the late rates of groups differ by more than chance (Tarone's test).

    `z_squared` is the square of the normal quantile that must be passed, times SCALE.
    """
    cases, late = sum(g.cases for g in groups), sum(g.late for g in groups)
    kept = cases - late
    if len(groups) < GROUPS_MIN or not late or not kept:
        return False
    squares = sum((g.late * cases - g.cases * late) ** 2 for g in groups)
    above = squares - cases * late * kept
    varies = 2 * sum(g.cases * (g.cases - 1) for g in groups)
    return above > 0 and SCALE * above * above > z_squared * varies * (late * kept) ** 2


def holders(groups: Iterable[Group]) -> list[Group]:
    """Return the fewest groups that hold half of the late cases; none if that is no wonder.

    Groups are taken by their excess over the common rate; those who hold half of the late cases but
    more than a quarter of all hold no more than many others.
    """
    known = list(groups)
    cases, late = sum(g.cases for g in known), sum(g.late for g in known)
    found: list[Group] = []
    mine = held = 0
    for group in sorted(known, key=lambda g: (g.cases * late - g.late * cases, g.name)):
        if held * HELD >= late:
            break
        found.append(group)
        held, mine = held + group.late, mine + group.cases
    return found if late and mine * PART <= cases else []


def _people(late: Iterable[tuple[Case, str]]) -> list[list[object]]:
    """Return [group, distinct customers] of those who hold most, most first."""
    people: dict[str, set[str]] = {}
    for case, name in late:
        people.setdefault(name, set()).add(customer_of(case))
    ranked = sorted((-len(found), name) for name, found in people.items())
    return [[name, -count] for count, name in ranked[:UNITS_SHOWN]]

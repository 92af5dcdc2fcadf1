"""The rule `share`, of which `objective` is one: too few promises kept over a window.

The window slides on the scope's own calendar; each scored case leaves at its own edge.  It opens
only when the minimum is met, the kept share is below the limit and the one-sided 99 % bound of
the late share lies above the allowance, so that a thin unit is not judged by chance.
"""

from collections.abc import Sequence

from alerts.signal import Level, Transition
from service.engine.bound import WHOLE, late_share_exceeds
from service.engine.business_time import Calendar
from service.engine.entries import Entries, Window
from service.engine.plan import Rule, Span
from service.engine.scored import Scored, Step, What
from service.engine.waiting import CASES_SHOWN, customer_of, worst_units


class ShareState:
    """Hold the window of one share rule in one scope, and judge."""

    kind = "share"
    improving = False

    def __init__(self, rule: Rule, calendar: Calendar, entries: Entries | None = None) -> None:
        """Begin with an empty window."""
        self.window = Window(entries or Entries())
        self.is_open = False
        self.since = -1
        self.adopt(rule, calendar)

    def adopt(self, rule: Rule, hours: Calendar) -> None:
        """Judge by a rule with the same window from now on."""
        self.rule = rule
        self.calendar = hours
        self.level = Level(rule.level)

    def copy(self) -> "ShareState":
        """Return a state that goes its own way."""
        found = ShareState(self.rule, self.calendar)
        found.window = self.window.copy()
        found.is_open, found.since = self.is_open, self.since
        return found

    def take(self, item: Scored) -> Step | None:
        """Take a scored case into the window and judge."""
        if item.what is not What.SCORE:
            return None
        edge = edge_of(self.rule.over, self.calendar, item.instant)
        self.window.add(edge, item.case if item.late else None)
        return self._judge(item.instant)

    def advance(self, until: int) -> Sequence[Step]:
        """Let go what leaves the window up to an instant, and judge at each edge."""
        steps: list[Step] = []
        while (edge := self.next_edge()) is not None and edge <= until:
            while self.next_edge() == edge:
                self.window.drop_first()
            step = self._judge(edge)
            if step is not None:
                steps.append(step)
        return steps

    def next_edge(self) -> int | None:
        """Return the instant at which the first case leaves."""
        return self.window.first()

    def trim(self) -> None:
        """Let go of what no state from this one on looks at."""
        self.window.entries.trim(self.window.low)

    def stop(self, instant: int, reason: str) -> Step:
        """End the finding from outside."""
        self.is_open = False
        return self._step(Transition.RESOLVED, instant, reason)

    def state(self) -> list[object]:
        """Return what a snapshot must know, as plain values."""
        return [self.is_open, self.since, *self.window.state()]

    def counted(self) -> object:
        """Return what is counted, whatever was counted before."""
        return self.window.counted()

    def _judge(self, instant: int) -> Step | None:
        cases, late = self.window.cases, self.window.late
        if self.is_open:
            if (cases - late) * WHOLE < self.rule.recover_above * cases:
                return None
            self.is_open = False
            return self._step(Transition.RESOLVED, instant, "share recovered")
        if not self._falls_short(cases, late):
            return None
        self.is_open, self.since = True, instant
        return self._step(Transition.OPENED, instant, "share below the limit")

    def _falls_short(self, cases: int, late: int) -> bool:
        rule = self.rule
        return (
            late >= rule.minimum_late
            and cases >= rule.minimum_cases
            and (cases - late) * WHOLE < rule.kept_below * cases
            and late_share_exceeds(late, cases, WHOLE - rule.kept_below)
        )

    def _step(self, transition: Transition, instant: int, reason: str) -> Step:
        late = self.window.late_cases()
        people = len({customer_of(case) for case in late})
        evidence: dict[str, object] = {
            "since": self.since,
            "kept": self.window.cases - self.window.late,
            "late": self.window.late,
            "window": window_text(self.rule.over),
            "kept_below": self.rule.kept_below,
            "recover_above": self.rule.recover_above,
            "cases": [case.id for case in late[-CASES_SHOWN:]],
        }
        if self.rule.per != "unit":
            evidence["units"] = worst_units(late)
        return Step(transition, self.level, instant, reason, len(late), people, evidence)


def edge_of(span: Span | None, hours: Calendar, instant: int) -> int:
    """Return when what happened at an instant leaves a window of that length."""
    if span is None or span.kind == "elapsed":
        return instant + (span.amount if span else 0)
    if span.kind == "open":
        return hours.add(instant, span.amount)
    return hours.close_of_day(instant, span.amount)


def window_text(span: Span | None) -> str:
    """Return a window as people write it: 28d, 4h open, 1 open day."""
    if span is None:
        return ""
    if span.kind == "open_days":
        return f"{span.amount} open day{'s' if span.amount > 1 else ''}"
    tail = " open" if span.kind == "open" else ""
    for unit, length in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if span.amount % length == 0 and not (unit == "d" and tail):
            return f"{span.amount // length}{unit}{tail}"
    return f"{span.amount}ms{tail}"

"""The rule `share`, of which `objective` is one: too few promises kept over a window.

The window slides on the scope's own calendar; each scored case leaves at its own edge.  It opens
only when the minimum is met, the kept share is below the limit and the one-sided 99 % bound of
the late share lies above the allowance, so that a thin unit is not judged by chance.
"""

from bisect import insort
from collections import deque

from alerts.signal import Level, Signal, Transition
from service.engine.bound import WHOLE, late_share_exceeds
from service.engine.business_time import Calendar
from service.engine.case import Case
from service.engine.episode import Episode
from service.engine.plan import Rule, Span
from service.engine.waiting import CASES_SHOWN, worst_units

# The instant at which a scored case leaves the window, its id, and itself if it was late.
Entry = tuple[int, str, Case | None]


class ShareStream:
    """Follow one share rule in one scope."""

    def __init__(self, touchpoint: str, rule: Rule, scope: str, calendar: Calendar) -> None:
        """Begin with an empty window."""
        self.rule = rule
        self.episode = Episode(touchpoint, rule.id, rule.per, scope)
        self.episode.level = Level(rule.level)
        self.calendar = calendar
        self.window: deque[Entry] = deque()
        self.late = 0
        self.filed = -1

    def score(self, case: Case, instant: int, late: bool) -> Signal | None:
        """Take a scored case into the window and judge."""
        entry: Entry = (self._edge_of(instant), case.id, case if late else None)
        if self.window and self.window[-1][0] > entry[0]:
            insort(self.window, entry, key=lambda found: found[0])
        else:
            self.window.append(entry)
        self.late += late
        return self._judge(instant)

    def mark(self, case: Case, percent: int, instant: int) -> Signal | None:
        """Do nothing: a mark scores nobody."""
        return None

    def end(self, case: Case, instant: int) -> Signal | None:
        """Do nothing: a case is scored at its due instant, not at its end."""
        return None

    def correct(self, case: Case, instant: int, late: bool) -> Signal | None:
        """Judge again after a late fact changed a case that still stands in the window."""
        for i, (edge, name, before) in enumerate(self.window):
            if name == case.id and (before is not None) != late:
                self.window[i] = (edge, name, case if late else None)
                self.late += 1 if late else -1
                return self._judge(instant)
        return None

    def edge(self, instant: int) -> Signal | None:
        """Let go what has left the window by an instant, and judge."""
        while self.window and self.window[0][0] <= instant:
            self.late -= self.window.popleft()[2] is not None
        return self._judge(instant)

    def next_edge(self) -> int | None:
        """Return the instant at which the first case leaves."""
        return self.window[0][0] if self.window else None

    def stop(self, instant: int) -> Signal | None:
        """End a standing finding because its rule is gone."""
        return (
            self._signal(Transition.RESOLVED, instant, "configuration")
            if self.episode.is_open
            else None
        )

    def state(self) -> tuple[object, ...]:
        """Return what a snapshot must know."""
        window = [(edge, name, late is not None) for edge, name, late in self.window]
        return (self.episode.state(), self.late, window)

    def _edge_of(self, instant: int) -> int:
        span = self.rule.over or Span("elapsed", 0)
        if span.kind == "elapsed":
            return instant + span.amount
        if span.kind == "open":
            return self.calendar.add(instant, span.amount)
        return self.calendar.close_of_day(instant, span.amount)

    def _judge(self, instant: int) -> Signal | None:
        cases, late = len(self.window), self.late
        if self.episode.is_open:
            if (cases - late) * WHOLE >= self.rule.recover_above * cases:
                return self._signal(Transition.RESOLVED, instant, "share recovered")
            return None
        if not self._falls_short(cases, late):
            return None
        self.episode.open(instant, Level(self.rule.level))
        return self._signal(Transition.OPENED, instant, "share below the limit")

    def _falls_short(self, cases: int, late: int) -> bool:
        rule = self.rule
        return (
            (cases - late) * WHOLE < rule.kept_below * cases
            and cases >= rule.minimum_cases
            and late >= rule.minimum_late
            and late_share_exceeds(late, cases, WHOLE - rule.kept_below)
        )

    def _signal(self, transition: Transition, instant: int, reason: str) -> Signal:
        late = [case for _, _, case in self.window if case is not None]
        people = len({case.customer or f"case {case.id}" for case in late})
        evidence: dict[str, object] = {
            "since": self.episode.instant,
            "kept": len(self.window) - self.late,
            "late": self.late,
            "window": window_text(self.rule.over),
            "kept_below": self.rule.kept_below,
            "recover_above": self.rule.recover_above,
            "cases": [case.id for case in late[-CASES_SHOWN:]],
        }
        if self.rule.per != "unit":
            evidence["units"] = worst_units(late)
        counts = (len(late), people)
        return self.episode.signal(transition, "share", instant, counts, reason, evidence)


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

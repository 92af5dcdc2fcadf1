"""The desk against a model: any mix of signals, answers, silences, restarts, reloads and leaps of time.

The model knows nothing of how the desk works.  It keeps what happened and says what must hold of all
that was said: whoever was told of a beginning is told of the end exactly once, nothing is told in a
silence but an end, nobody is called in while somebody has it, keys never repeat, and once everything
is calm nobody who should know does not.
"""

import json
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alerts.action import Kind
from alerts.alert import Alert
from alerts.desk import Book, Decision
from alerts.handling import Handling
from alerts.hours import Delay
from alerts.news import is_loud
from alerts.notice import ALARMS, EDITS, ENDINGS, Why
from alerts.outbox import OutboxRow
from alerts.signal import Level, Signal, Transition
from alerts.silence import Silence
from tests.alerts.fakes import HOUR, MINUTE, signal
from tests.alerts.office import CALLS, Clerk, office

UNITS = ("leeds", "york", "kent")
NAMES = ("a", "b", "c", "d")
# What a line may wait: its interval, and for companions.
PROMPT_MS = 6 * MINUTE
CALLED = {call.receiver: call for call in CALLS}
# The news that a silence mutes.
MUTED = ALARMS | {Why.IMPROVING, Why.PASSED}
ROUTES: tuple[dict[str, object], ...] = (
    {},
    {"wait_ms": 0, "interval_ms": 0},
    {"deliver": "unit"},
    {"escalation": CALLS, "repeat": Delay(2 * HOUR, is_open=True)},
    {"escalation": CALLS, "deliver": "unit", "group_by": ("unit",)},
)


class DeskMachine(RuleBasedStateMachine):
    """Drive a desk and a model side by side."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.clerk = Clerk(office(), on_decision=self._hears)
        self.lives: dict[str, Signal] = {}
        self.count = 0
        self.silences: list[Silence] = []
        self.told: dict[tuple[str, str], list[Why]] = {}
        self.closed: dict[str, int] = {}
        self.excused = 0

    @initialize(route=st.sampled_from(ROUTES))
    def begin(self, route: dict[str, object]) -> None:
        """Choose how routes tell."""
        self._hold(route)
        self.clerk = Clerk(office(**route), on_decision=self._hears)

    @rule(name=st.sampled_from(NAMES), unit=st.sampled_from(UNITS), level=st.sampled_from(Level))
    def opens(self, name: str, unit: str, level: Level) -> None:
        """Let a finding begin where none stands under this name."""
        if name in self.lives:
            return
        self.count += 1
        ident = f"{name}{self.count}"
        self.lives[name] = signal(
            id=ident, scope=unit, rule=name, level=level, instant=self.clerk.now
        )
        self.clerk.hear(self.lives[name])

    @rule(
        name=st.sampled_from(NAMES),
        how=st.sampled_from(
            [
                Transition.WORSE,
                Transition.IMPROVING,
                Transition.RELAPSED,
                Transition.RESOLVED,
                Transition.WITHDRAWN,
            ]
        ),
        level=st.sampled_from([Level.WARNING, Level.CRITICAL]),
    )
    def moves(self, name: str, how: Transition, level: Level) -> None:
        """Let a finding go on or end."""
        before = self.lives.get(name)
        if before is None:
            return
        number = before.number + 1
        louder = max(before.level, level, key=lambda one: one.rank)
        news = replace(before, number=number, transition=how, level=louder, instant=self.clerk.now)
        self.lives[name] = news
        if news.closes:
            del self.lives[name]
            self.closed[news.id] = self.clerk.now
        self.clerk.hear(news)

    @rule(name=st.sampled_from(NAMES), kind=st.sampled_from(Kind), who=st.sampled_from("xy"))
    def answers(self, name: str, kind: Kind, who: str) -> None:
        """Let somebody say something."""
        if name in self.lives:
            self.clerk.say(self.lives[name].id, kind, who)

    @rule(unit=st.sampled_from(UNITS), hours=st.integers(1, 30))
    def silenced(self, unit: str, hours: int) -> None:
        """Silence a place from now on."""
        name = f"s{len(self.silences)}"
        now = self.clerk.now
        made = Silence(name, {"unit": unit}, "why", "x", now, now + hours * HOUR)
        self.silences.append(made)
        self._in_force()

    @rule()
    def lifted(self) -> None:
        """End the silences that hold."""
        now = self.clerk.now
        self.silences = [
            replace(s, ends=min(s.ends, max(now, s.begins + 1))) for s in self.silences
        ]
        self._in_force()

    def _in_force(self) -> None:
        self.clerk.silence(*(s for s in self.silences if s.ends > self.clerk.now))

    @rule(length=st.sampled_from([1, 20_000, MINUTE, 10 * MINUTE, HOUR, 9 * HOUR, 50 * HOUR]))
    def waits(self, length: int) -> None:
        """Let time pass from one instant that matters to the next."""
        self.clerk.wait(length)

    @rule(length=st.sampled_from([HOUR, 26 * HOUR]))
    def sleeps(self, length: int) -> None:
        """Let time leap, as after a downtime: what was due meanwhile is decided once, now."""
        self.clerk.now += length
        self.excused = max(self.excused, self.clerk.now)
        if self.clerk.book.due(self.clerk.now):
            self.clerk._decide(())

    @rule()
    def restarts(self) -> None:
        """Begin again from what is stored."""
        book = self.clerk.book
        rows = [json.dumps(alert.to_row()) for alert in book._alerts.values()]
        alerts = [Alert.from_row(json.loads(row)) for row in rows]
        self.clerk.book = Book(alerts, book.silences, book.sittings)

    @rule(route=st.sampled_from(ROUTES))
    def reloads(self, route: dict[str, object]) -> None:
        """Take another configuration, which looks at all that stands."""
        self._hold(route)
        self.clerk.directory = office(**route)
        self._in_force()

    def _hold(self, route: dict[str, object]) -> None:
        """Expect no prompt end any more once a route may hold it for the night."""
        self.excused = 2**62 if "deliver" in route else self.excused

    @invariant()
    def no_key_is_used_twice(self) -> None:
        """Look at the keys of all messages."""
        keys = [row.key for row in self.clerk.rows]
        assert len(keys) == len(set(keys)), "a key was used twice"

    def _hears(self, decision: Decision) -> None:
        """Look at every message as it is decided."""
        for row in decision.rows:
            for alert, _ in row.alerts:
                self._said(row, alert)

    def _said(self, row: OutboxRow, alert: str) -> None:
        found = self.clerk.alert(alert)
        line = self.told.setdefault((alert, row.receiver), [])
        why = (
            found.handling.told[row.receiver].why
            if row.why in (Why.OPENING, Why.STORM)
            else row.why
        )
        if why in EDITS:
            return
        if why in ENDINGS and line and line[-1] in ENDINGS:
            assert why is Why.WITHDRAWN, f"the end was told twice: {line}, {why}"
        if why in ENDINGS - {Why.PASSED}:
            assert line, "the end of something that was never told"
            closed = self.closed[alert]
            late = row.created_at - closed > PROMPT_MS
            assert not late or closed <= self.excused, "the end was held back"
        if why in MUTED:
            unit = found.scope
            muted = [
                s for s in self.silences if s.match["unit"] == unit and s.holds(row.created_at)
            ]
            assert not muted, f"{why} was told in a silence"
        if why is Why.ESCALATED:
            self._called(found, row)
        line.append(why)

    def _called(self, alert: Alert, row: OutboxRow) -> None:
        handling: Handling = alert.handling
        if CALLED[row.receiver].unless_taken and handling.taken is not None:
            assert not handling.taken.holds(row.created_at), "called in although somebody has it"
        assert handling.refused is None, "called in for what is not real"

    @invariant()
    def timers_lie_ahead(self) -> None:
        """No alert waits for an instant that has passed."""
        at = self.clerk.book.next_at()
        assert at is None or at > self.clerk.now, "a timer was slept through"

    def teardown(self) -> None:
        """End all silences, let everything end, wait for a week: then all who knew know the end."""
        self.lifted()
        for name in list(self.lives):
            self.moves(name, Transition.RESOLVED, Level.WARNING)
        self.clerk.wait(8 * 24 * HOUR)
        for (alert, receiver), line in self.told.items():
            found = self.clerk.alert(alert)
            assert not found.is_open
            if line:
                assert line[-1] in ENDINGS, f"{receiver} still waits for the end of {alert}: {line}"
        for alert_now in self.clerk.book._alerts.values():
            assert not alert_now.handling.waits, "somebody waits for ever"
            loud = is_loud(alert_now) and alert_now.handling.loud_since is not None
            assert loud or not alert_now.told


DeskMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=50, deadline=None)
TestDesk = DeskMachine.TestCase

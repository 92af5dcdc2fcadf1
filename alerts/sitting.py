"""One decision of the desk in the making: who has news, who is kept from it, whose turn it is.

A sitting moves alerts along by signals and answers, then looks at every alert that may have
something to say.  News that may be told joins its line; a line speaks when it has waited long
enough for companions and long enough after its last word.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from alerts.action import Action
from alerts.alert import Alert, Reason, Step, advance
from alerts.answering import answered
from alerts.asked import Heard, Proposal
from alerts.book import REMEMBER_CLOSED_MS, Book
from alerts.directory import Directory
from alerts.handling import Told, Waits
from alerts.inhibition import Standing
from alerts.lines import Want, ready_at
from alerts.looking import Looking
from alerts.mute import FLAPS, Overlays
from alerts.news import is_loud
from alerts.notice import EDITS, Muted, Notice, Why
from alerts.scene import scene_of
from alerts.signal import Signal
from alerts.silence import Silence
from alerts.spans import DAY_MS

# What is older when it becomes known, after a long downtime say, is history and no news.
HISTORIC_MS = DAY_MS
EPISODES = 3


class Sitting:
    """Hold what one decision changes; the book itself stays as it is."""

    def __init__(
        self,
        directory: Directory,
        book: Book,
        now: int,
        silences: tuple[Silence, ...] | None = None,
    ) -> None:
        """Begin at an instant; `silences` are given where they changed."""
        self._directory = directory
        self._book = book
        self._now = now
        self._silences = book.silences if silences is None else silences
        self._all_waiting = silences is not None
        self._touched: dict[str, None] = {}
        self._edits: list[tuple[str, Why]] = []
        self._looked: set[str] = set()
        self._lines: dict[str, list[Want]] = defaultdict(list)
        self.alerts: dict[str, Alert] = {}
        self.steps: list[Step] = []
        self.notices: list[Notice] = []
        self.answers: dict[int, Heard] = {}
        self.proposals: list[Proposal] = []
        self.history = 0
        self._looking: Looking

    def hear(self, signals: Iterable[Signal]) -> None:
        """Move alerts along."""
        for signal in signals:
            before = self._get(signal.id)
            alert, step = advance(before, signal)
            self.steps.append(step)
            if step.changed:
                self._all_waiting = True
                self._put(self._noted(alert, step, signal, before))

    def answer(self, actions: Iterable[Action]) -> None:
        """Take up what people said, and say by its number what became of it."""
        for action in actions:
            alert = self._get(action.alert)
            if alert is None:
                self.answers[action.number] = Heard.UNKNOWN
                continue
            hours = scene_of(alert, self._directory).hours
            taken_for = self._directory.taken_for
            changed, heard, edit = answered(alert, action, self._now, taken_for, hours)
            self.answers[action.number] = heard
            if heard is Heard.DONE:
                self._put(changed)
                self._edits += [(changed.id, edit)] if edit is not None else []

    def wants(self) -> tuple[Want, ...]:
        """Look at whatever may have something to say, and return what may be told now."""
        self._looking = self._look_around()
        for alert in self._may_speak():
            self._look(alert)
        ready = self._ready_lines()
        told = [want for line in self._lines if line in ready for want in self._speak(line)]
        for line, wants in self._lines.items():
            if line not in ready:
                self._wait(wants, self._ready_at(line))
        return (*told, *self._edited())

    def told(self, want: Want, threads: dict[str, str]) -> None:
        """Record that a receiver was told, under the messages that began their conversations."""
        alert = self.alerts[want.alert.id]
        before = alert.handling.told.get(want.receiver)
        count = (before.count if before else 0) + 1
        if want.why in EDITS and before is not None:
            now_told = replace(before, count=count, threads=threads)
        else:
            now_told = Told(
                alert.number,
                alert.level,
                alert.customers,
                want.why,
                self._now,
                count,
                want.line,
                threads,
            )
        self.alerts[alert.id] = replace(
            alert, handling=alert.handling.telling(want.receiver, now_told)
        )

    def finish(self) -> None:
        """File when to look again, now that it is known who was told."""
        for name, alert in self.alerts.items():
            self.alerts[name] = self._looking.timed(alert)

    def next_call(self, alert: Alert) -> tuple[int, str] | None:
        """Return when somebody is called in next, and whom."""
        return self._looking.next_call(alert)

    def is_stale(self, alert: Alert) -> bool:
        """Tell whether nobody knows how an alert stands, because a feed that it hears is silent."""
        return self._looking.is_stale(alert)

    def _may_speak(self) -> Iterator[Alert]:
        kept = self._book.unsettled() if self._all_waiting else ()
        for alert in (*self._book.due(self._now), *kept):
            self._touched.setdefault(alert.id)
        for name in self._touched:
            found = self._get(name)
            if found is not None:
                yield found

    def _look(self, alert: Alert) -> None:
        """Look at an alert once, and put what it has to say into its lines."""
        if alert.id in self._looked:
            return
        self._looked.add(alert.id)
        look = self._looking.at(alert)
        self.alerts[alert.id] = look.alert
        self.notices += look.notices
        for want in look.wants:
            self._lines[want.line].append(want)

    def _ready_lines(self) -> set[str]:
        """Return the lines that may speak, and look at everybody who waits in them."""
        ready: set[str] = set()
        while fresh := [
            n for n in self._lines if n not in ready and self._ready_at(n) <= self._now
        ]:
            ready.update(fresh)
            for line in fresh:
                for name in self._book.companions(line):
                    found = self._get(name)
                    if found is not None:
                        self._look(found)
        return ready

    def _ready_at(self, line: str) -> int:
        since = min(self._book.companions(line).values(), default=self._now)
        return ready_at(self._lines[line], since, self._book.spoken(line), self._now)

    def _speak(self, line: str) -> list[Want]:
        for want in self._lines[line]:
            told = Notice(want.alert.id, want.alert.number, want.receiver, want.why)
            self.notices.append(told)
        return self._lines[line]

    def _wait(self, wants: list[Want], until: int) -> None:
        """Let news wait together for their line to speak."""
        for want in wants:
            alert = self.alerts[want.alert.id]
            waits = Waits(alert.number, Muted.GROUPED, want.since, until, want.line)
            handling = alert.handling
            handling = replace(handling, waits={**handling.waits, want.receiver: waits})
            self.alerts[alert.id] = replace(alert, handling=handling)

    def _edited(self) -> Iterator[Want]:
        """Bring what was told up to date with an answer, for everybody who was told."""
        for name, why in self._edits:
            alert = self.alerts[name]
            for receiver in alert.told:
                yield self._looking.edit(alert, receiver, why)

    def _noted(self, alert: Alert, step: Step, signal: Signal, before: Alert | None) -> Alert:
        """Note since when it is so loud, how often it came back, and whether it is history."""
        handling = alert.handling
        if step.reason is Reason.RELAPSED:
            recent = (*handling.relapses, self._now)[-FLAPS:]
            handling = replace(handling, relapses=recent)
        old = signal.instant < self._now - HISTORIC_MS and not handling.told
        if old and not handling.is_history:
            handling = replace(handling, is_history=True)
        if handling.is_history and not alert.is_open and not handling.told:
            self.history += 1
        if is_loud(alert) and alert.is_open:
            if handling.loud_since is None:
                self._propose(alert)
            # Who is called in when nobody acts has the same time for what just became critical.
            if before is None or alert.level.rank > before.level.rank:
                handling = replace(handling, loud_since=self._now)
        return replace(alert, handling=handling)

    def _propose(self, alert: Alert) -> None:
        """Propose a commitment when the same place fails the same promise for the third time."""
        since = self._now - REMEMBER_CLOSED_MS
        episodes = self._book.episodes(alert, since) + 1
        if episodes == EPISODES and alert.touchpoint in self._directory.topics:
            place = (alert.touchpoint, alert.per, alert.scope)
            self.proposals.append(Proposal(alert.id, self._now, alert.id, *place, episodes))

    def _look_around(self) -> Looking:
        standing = Standing(self._book, self._directory, self.alerts)
        overlays = Overlays(self._now, self._directory, standing, self._silences)
        return Looking(self._directory, overlays, self._now)

    def _get(self, alert: str) -> Alert | None:
        return self.alerts.get(alert) or self._book.get(alert)

    def _put(self, alert: Alert) -> None:
        self.alerts[alert.id] = alert
        self._touched.setdefault(alert.id)

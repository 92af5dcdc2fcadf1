"""The desk: signals in, messages out, nothing else touched.

`decide` reads the book and returns a decision; the caller stores the decision in one transaction
and only then applies it to the book.  A desk that changed its own book while deciding would be
ahead of the store after every crash.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from alerts.alert import Alert, Reason, Step, advance
from alerts.directory import Directory, Reach, Route
from alerts.group import Letter, group_key, together
from alerts.historic import historic_rows
from alerts.message import compose
from alerts.notice import Notice, delivery_key, notices_of
from alerts.outbox import OutboxRow
from alerts.route import OPERATIONS, Receiver, Undeliverable, fill, find, look_up, receiver_of
from alerts.scene import Scene, scene_of
from alerts.signal import Level, Signal
from alerts.spans import DAY_MS
from alerts.story import merge, story_of

# Longer than any source may correct its facts, so that a late withdrawal still meets its alert.
REMEMBER_CLOSED_MS = 14 * DAY_MS
# What is older when it becomes known, after a long downtime say, is history and no news.
HISTORIC_MS = DAY_MS


@dataclass(frozen=True, slots=True)
class Decision:
    """Carry everything that one call decided, in the order in which it was decided."""

    now: int
    alerts: tuple[Alert, ...]
    steps: tuple[Step, ...]
    notices: tuple[Notice, ...]
    rows: tuple[OutboxRow, ...]
    undeliverable: tuple[Undeliverable, ...]


class Book:
    """Keep the alerts that may still change: the open ones, and the closed for fourteen days."""

    def __init__(self, alerts: Iterable[Alert] = ()) -> None:
        """Begin with the alerts that a store remembers."""
        self._alerts = {alert.id: alert for alert in alerts}

    def get(self, alert: str) -> Alert | None:
        """Return an alert by its id."""
        return self._alerts.get(alert)

    def draft(self) -> "Book":
        """Return a copy to go on with, until it is known whether what is decided was stored."""
        return Book(self._alerts.values())

    def open(self) -> tuple[Alert, ...]:
        """Return the alerts that still stand, the longest first."""
        standing = (alert for alert in self._alerts.values() if alert.is_open)
        return tuple(sorted(standing, key=lambda alert: (alert.opened_at, alert.id)))

    def apply(self, decision: Decision) -> None:
        """Take over what was decided and stored, and forget what closed long ago."""
        self._alerts |= {alert.id: alert for alert in decision.alerts}
        horizon = decision.now - REMEMBER_CLOSED_MS
        self._alerts = {
            alert.id: alert
            for alert in self._alerts.values()
            if alert.closed_at is None or alert.closed_at >= horizon
        }


class Desk:
    """Decide who is told what, from one directory."""

    def __init__(self, directory: Directory) -> None:
        """Take the world as the configuration describes it."""
        self._directory = directory

    def decide(self, book: Book, signals: Iterable[Signal], now: int) -> Decision:
        """Move alerts along by signals and find the messages that follow; change nothing."""
        alerts: dict[str, Alert] = {}
        steps: list[Step] = []
        notices: list[Notice] = []
        post = _Post(self._directory)
        old: set[str] = set()

        def write(alert: Alert, step: Step, *, is_old: bool = False) -> None:
            said = post.write(alert, step, old=is_old)
            told = tuple(notice.receiver for notice in said if notice.muted is None)
            alerts[alert.id] = alert.having_told(told)
            notices.extend(said)

        for signal in signals:
            alert, step = advance(alerts.get(signal.id) or book.get(signal.id), signal)
            steps.append(step)
            if step.changed:
                is_old = signal.instant < now - HISTORIC_MS
                old |= {alert.id} if is_old and not alert.told else set()
                write(alert, step, is_old=is_old)
        over = 0
        for alert in [alerts[name] for name in sorted(old) if not alerts[name].told]:
            over += not alert.is_open
            if alert.is_open and alert.level is not Level.WATCH:
                write(alert, Step(alert.id, alert.number, Reason.NEW))
        return Decision(
            now=now,
            alerts=tuple(alerts.values()),
            steps=tuple(steps),
            notices=tuple(notices),
            rows=(
                *(_row(group, now) for group in together(post.letters)),
                *historic_rows(over, now, self._directory),
            ),
            undeliverable=tuple(post.undeliverable),
        )


class _Post:
    """Collect the letters of one decision."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.letters: list[Letter] = []
        self.undeliverable: list[Undeliverable] = []

    def write(self, alert: Alert, step: Step, *, old: bool) -> tuple[Notice, ...]:
        """Decide on the notices of one step and address those that are not muted."""
        scene = scene_of(alert, self._directory)
        facts = scene.facts(alert)
        route = find(self._directory.root, facts)
        routed = receiver_of(route, scene, facts, self._directory)
        notices = notices_of(alert, step, routed.name, old=old)
        for notice in notices:
            if notice.muted is None:
                self._address(alert, notice, scene, route, facts)
        return notices

    def _address(
        self, alert: Alert, notice: Notice, scene: Scene, route: Route, facts: Mapping[str, str]
    ) -> None:
        story = story_of(alert, notice.why, scene, self._directory)
        group = group_key(route, facts)
        for receiver, reach in self._reached(notice, scene):
            self.letters.append(Letter(notice, story, receiver, reach, group))

    def _reached(self, notice: Notice, scene: Scene) -> tuple[tuple[str, Reach], ...]:
        receiver = look_up(notice.receiver, self._directory)
        found = tuple(self._filled(receiver, notice, scene))
        if not found and receiver.name != OPERATIONS:
            receiver = look_up(OPERATIONS, self._directory)
            found = tuple(self._filled(receiver, notice, scene))
        # Even the fallback may be badly addressed; the console needs no address.
        return tuple((receiver.name, reach) for reach in found or (Reach("console"),))

    def _filled(self, receiver: Receiver, notice: Notice, scene: Scene) -> Iterator[Reach]:
        for reach in receiver.reaches:
            filled, missing = fill(reach, scene)
            yield from filled
            self.undeliverable.extend(
                Undeliverable(
                    notice.alert, notice.number, receiver.name, reach.channel, template, reason
                )
                for template, reason in missing
            )


def _row(group: tuple[Letter, ...], now: int) -> OutboxRow:
    first = group[0]
    alerts = tuple(dict.fromkeys((letter.notice.alert, letter.notice.number) for letter in group))
    story = merge([letter.story for letter in group])
    message = compose(story, now)
    channel, settings = first.reach.channel, first.reach.settings
    return OutboxRow(
        key=delivery_key(alerts, first.receiver, channel, settings, kind=story.why),
        alerts=alerts,
        receiver=first.receiver,
        channel=channel,
        settings=settings,
        level=story.level,
        why=story.why,
        subject=message.headline,
        lines=message.lines,
        links=message.links,
        text=message.text,
        created_at=now,
    )

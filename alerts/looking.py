"""One look at one alert: who is called in, who has news, who is kept from it, when to look again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from alerts.alert import Alert
from alerts.directory import Directory, Route
from alerts.escalation import called_in, next_call
from alerts.handling import Waits
from alerts.hours import Hours
from alerts.letter import group_key
from alerts.lines import Want
from alerts.mute import Overlays, Quiet
from alerts.news import news_for, next_look
from alerts.notice import Muted, Notice, Why
from alerts.route import find, receiver_of
from alerts.scene import Scene, scene_of


@dataclass(frozen=True, slots=True)
class Look:
    """Hold what a look found: the alert with who waits, the news that may be told, the notices."""

    alert: Alert
    wants: tuple[Want, ...]
    notices: tuple[Notice, ...]


class Looking:
    """Look at alerts at one instant."""

    def __init__(self, directory: Directory, overlays: Overlays, now: int) -> None:
        """Take the world, what mutes in it, and the instant."""
        self._directory = directory
        self._overlays = overlays
        self._now = now

    def at(self, alert: Alert) -> Look:
        """Return what there is to say of an alert, and to whom."""
        scene = scene_of(alert, self._directory)
        facts = scene.facts(alert)
        route = find(self._directory.root, facts)
        routed = receiver_of(route, scene, facts, self._directory).name
        hours = scene.hours
        alert = self._with_escalation(alert, route, hours)
        wants: list[Want] = []
        waits: dict[str, Waits] = {}
        notices: list[Notice] = []
        for receiver in dict.fromkeys((*alert.told, routed, *alert.handling.escalated)):
            why = news_for(alert, receiver, self._now, hours, route.repeat)
            if why is None:
                continue
            before = alert.handling.waits.get(receiver)
            quiet = self._overlays.why_muted(alert, receiver, why, scene, route)
            if quiet is None:
                group = group_key(route, facts)
                wants.append(self._want(alert, receiver, why, scene, route, group, before))
                continue
            notices += self._notices(alert, receiver, why, quiet, before)
            if alert.is_open or quiet.muted is Muted.HELD or receiver in alert.told:
                waits[receiver] = self._waits(alert, quiet, before)
        alert = replace(alert, handling=alert.handling.waiting(waits))
        return Look(alert, tuple(wants), tuple(notices))

    def is_stale(self, alert: Alert) -> bool:
        """Tell whether a feed that an alert hears is silent."""
        return alert.is_open and self._overlays.standing.silent_feed(alert) is not None

    def edit(self, alert: Alert, receiver: str, why: Why) -> Want:
        """Return the want to bring up to date what a receiver was told."""
        scene = scene_of(alert, self._directory)
        facts = scene.facts(alert)
        route = find(self._directory.root, facts)
        return Want(alert, receiver, why, scene, route, group_key(route, facts), self._now, False)

    def timed(self, alert: Alert) -> Alert:
        """Return the alert with the instant at which to look at it again."""
        scene = scene_of(alert, self._directory)
        route = find(self._directory.root, scene.facts(alert))
        times = [
            *self._times(alert, route, scene.hours),
            *(waits.until for waits in alert.handling.waits.values() if waits.until is not None),
        ]
        at = min((at for at in times if at > self._now), default=None)
        return replace(alert, handling=replace(alert.handling, next_at=at))

    def next_call(self, alert: Alert) -> tuple[int, str] | None:
        """Return when somebody is called in next, and whom."""
        scene = scene_of(alert, self._directory)
        route = find(self._directory.root, scene.facts(alert))
        return next_call(alert, route.escalation or (), self._now, scene.hours)

    def _with_escalation(self, alert: Alert, route: Route, hours: Hours) -> Alert:
        called = called_in(alert, route.escalation or (), self._now, hours)
        if called == alert.handling.escalated:
            return alert
        return replace(alert, handling=replace(alert.handling, escalated=called))

    def _want(
        self,
        alert: Alert,
        receiver: str,
        why: Why,
        scene: Scene,
        route: Route,
        group: tuple[str, ...],
        before: Waits | None,
    ) -> Want:
        was_held = before is not None and before.muted is Muted.HELD
        grouped = before is not None and before.muted is Muted.GROUPED
        since = before.since if before and grouped else self._now
        return Want(alert, receiver, why, scene, route, group, since, was_held)

    def _notices(
        self, alert: Alert, receiver: str, why: Why, quiet: Quiet, before: Waits | None
    ) -> Iterator[Notice]:
        """Say once why somebody is not told; not again at every look."""
        known = before is not None and (before.number, before.muted) == (alert.number, quiet.muted)
        if not known:
            yield Notice(
                alert.id, alert.number, receiver, why, quiet.muted, quiet.detail, quiet.until
            )

    def _waits(self, alert: Alert, quiet: Quiet, before: Waits | None) -> Waits:
        same = before is not None and before.muted is quiet.muted
        since = before.since if before and same else self._now
        return Waits(alert.number, quiet.muted, since, quiet.until)

    def _times(self, alert: Alert, route: Route, hours: Hours) -> Iterator[int]:
        call = next_call(alert, route.escalation or (), self._now, hours)
        if call is not None:
            yield call[0]
        for receiver in alert.told:
            at = next_look(alert, receiver, self._now, hours, route.repeat)
            if at is not None:
                yield at

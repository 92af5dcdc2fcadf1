"""One look at one alert: who is called in, who has news, who is kept from it, when to look again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from alerts.alert import Alert
from alerts.directory import Call, Directory, Route
from alerts.escalation import called_in, next_call
from alerts.handling import Waits
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


@dataclass(frozen=True, slots=True)
class Around:
    """Join where an alert plays with the route that it takes and the group that it is told in."""

    scene: Scene
    facts: Mapping[str, str]
    route: Route

    @property
    def group(self) -> tuple[str, ...]:
        """Return the values by which the route groups it."""
        return group_key(self.route, self.facts)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Return who is called in, and when."""
        return self.route.escalation or ()


class Looking:
    """Look at alerts at one instant, at which neither their places nor their levels change."""

    def __init__(self, directory: Directory, overlays: Overlays, now: int) -> None:
        """Take the world, what mutes in it, and the instant."""
        self._directory = directory
        self._overlays = overlays
        self._now = now
        self._known: dict[str, Around] = {}

    def at(self, alert: Alert) -> Look:
        """Return what there is to say of an alert, and to whom."""
        around = self._around(alert)
        scene, route = around.scene, around.route
        routed = receiver_of(route, scene, around.facts, self._directory).name
        alert = self._with_escalation(alert, around)
        wants: list[Want] = []
        waits: dict[str, Waits] = {}
        notices: list[Notice] = []
        for receiver in dict.fromkeys((*alert.told, routed, *alert.handling.escalated)):
            why = news_for(alert, receiver, self._now, scene.hours, route.repeat)
            if why is None:
                continue
            before = alert.handling.waits.get(receiver)
            quiet = self._overlays.why_muted(alert, receiver, why, scene, route)
            if quiet is None:
                wants.append(self._want(alert, receiver, why, around, before))
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
        around = self._around(alert)
        return Want(
            alert, receiver, why, around.scene, around.route, around.group, self._now, False
        )

    def timed(self, alert: Alert) -> Alert:
        """Return the alert with the instant at which to look at it again."""
        times = [
            *self._times(alert, self._around(alert)),
            *(waits.until for waits in alert.handling.waits.values() if waits.until is not None),
        ]
        at = min((at for at in times if at > self._now), default=None)
        return replace(alert, handling=replace(alert.handling, next_at=at))

    def next_call(self, alert: Alert) -> tuple[int, str] | None:
        """Return when somebody is called in next, and whom."""
        around = self._around(alert)
        return next_call(alert, around.calls, self._now, around.scene.hours)

    def _around(self, alert: Alert) -> Around:
        found = self._known.get(alert.id)
        if found is None:
            scene = scene_of(alert, self._directory)
            facts = scene.facts(alert)
            found = Around(scene, facts, find(self._directory.root, facts))
            self._known[alert.id] = found
        return found

    def _with_escalation(self, alert: Alert, around: Around) -> Alert:
        called = called_in(alert, around.calls, self._now, around.scene.hours)
        if called == alert.handling.escalated:
            return alert
        return replace(alert, handling=replace(alert.handling, escalated=called))

    def _want(
        self,
        alert: Alert,
        receiver: str,
        why: Why,
        around: Around,
        before: Waits | None,
    ) -> Want:
        was_held = before is not None and before.muted is Muted.HELD
        grouped = before is not None and before.muted is Muted.GROUPED
        since = before.since if before and grouped else self._now
        place = (around.scene, around.route, around.group)
        return Want(alert, receiver, why, *place, since, was_held)

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

    def _times(self, alert: Alert, around: Around) -> Iterator[int]:
        hours, call = around.scene.hours, self.next_call(alert)
        if call is not None:
            yield call[0]
        for receiver in alert.told:
            at = next_look(alert, receiver, self._now, hours, around.route.repeat)
            if at is not None:
                yield at

"""Why a receiver is not told now: every reason to keep quiet, in one order.

An overlay is looked at again on each decision, so nothing is ever stuck in it.  The end of what a
receiver was told of is muted by nothing but the hour: silenced or not, they hear it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.alert import Alert, State
from alerts.directory import Directory, Route
from alerts.hours import ALWAYS, Hours, opening
from alerts.inhibition import Standing
from alerts.news import is_loud
from alerts.notice import ENDINGS, Muted, Why
from alerts.scene import SOURCE, Scene
from alerts.silence import Silence, matches
from alerts.spans import DAY_MS

FLAPS = 3
FLAPS_WITHIN_MS = DAY_MS
_QUIETED_BY_REFUSAL = frozenset({Why.WORSE, Why.RELAPSED, Why.REPEATED, Why.IMPROVING})


@dataclass(frozen=True, slots=True)
class Quiet:
    """Say why somebody is not told; `until` is when time alone may change that."""

    muted: Muted
    detail: str = ""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Overlays:
    """Hold what may mute at one instant."""

    now: int
    directory: Directory
    standing: Standing
    silences: Sequence[Silence]

    def why_muted(
        self, alert: Alert, receiver: str, why: Why, scene: Scene, route: Route
    ) -> Quiet | None:
        """Return why this news is not told to this receiver now, or None where it is."""
        known = receiver in alert.handling.told
        if not is_loud(alert):
            return Quiet(Muted.WATCH_ONLY if alert.is_open else Muted.NEVER_TOLD)
        if not known and (quiet := self._unheard(alert)) is not None:
            return quiet
        if not (known and why in ENDINGS):
            quiet = self._overlaid(alert, why, scene)
            if quiet is not None:
                return quiet
        return self._held(scene, route)

    def _unheard(self, alert: Alert) -> Quiet | None:
        """Return why somebody who never heard of it still does not."""
        if alert.handling.is_history and not alert.is_open:
            return Quiet(Muted.HISTORIC)
        if alert.handling.loud_since is None:
            return Quiet(Muted.NEVER_TOLD)
        if not alert.is_open and not alert.peak_customers and alert.per != SOURCE:
            return Quiet(Muted.NOBODY)
        if alert.state is State.WITHDRAWN:
            return Quiet(Muted.WITHDRAWN_UNTOLD)
        if alert.is_open and (other := self.standing.says_it(alert)) is not None:
            return Quiet(Muted.INHIBITED, other.id)
        return None

    def _overlaid(self, alert: Alert, why: Why, scene: Scene) -> Quiet | None:
        facts = scene.facts(alert)
        for silence in self.silences:
            if silence.holds(self.now) and matches(silence.match, facts):
                return Quiet(Muted.SILENCED, silence.id, silence.ends)
        for window in self.directory.windows:
            if window.hours.is_open(self.now) and matches(window.match, facts):
                return Quiet(Muted.WINDOW, window.name, closing(window.hours, self.now))
        if alert.handling.refused is not None and why in _QUIETED_BY_REFUSAL:
            return Quiet(Muted.REFUSED)
        if why in (Why.IMPROVING, Why.RELAPSED) and flaps(alert, self.now):
            return Quiet(Muted.FLAPPING)
        return None

    def _held(self, scene: Scene, route: Route) -> Quiet | None:
        hours = self.delivery_hours(scene, route)
        if hours.is_open(self.now):
            return None
        return Quiet(Muted.HELD, until=opening(hours, self.now))

    def delivery_hours(self, scene: Scene, route: Route) -> Hours:
        """Return the hours at which a route may speak; what a place lacks is always."""
        if route.deliver == "unit":
            return scene.hours
        return self.directory.calendars.get(route.deliver, ALWAYS)


def flaps(alert: Alert, now: int) -> bool:
    """Tell whether an alert comes and goes too often to tell each time."""
    recent = [at for at in alert.handling.relapses if at > now - FLAPS_WITHIN_MS]
    return len(recent) >= FLAPS


def closing(hours: Hours, at: int) -> int:
    """Return the first minute after an open instant at which the hours are over; a week at most."""
    minute = 60_000
    low, high = at // minute, at // minute + 1
    while hours.is_open(high * minute) and high - low < 7 * 24 * 60:
        high += 1
    return high * minute

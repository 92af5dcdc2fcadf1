"""Which alert makes another one superfluous.

Four sentences: a feed that is silent says more than the absences it would explain; a region says
what its units would say one by one; a critical alert says what a warning about the same place would;
an upstream touchpoint says why the one below it fails.  Each needs the other alert to be at least as
loud, so that nothing critical hides behind a warning.  Inhibition mutes only who was not told yet,
and ends with the alert that caused it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from alerts.alert import Alert
from alerts.directory import Directory
from alerts.news import is_loud
from alerts.scene import SOURCE, scene_of
from alerts.story import WAITING

SILENT = "source silent"


class Standing:
    """Know the alerts that stand, ordered by what may make them matter to another."""

    def __init__(self, alerts: Iterable[Alert], directory: Directory) -> None:
        """Take the open alerts."""
        self._directory = directory
        self._of: dict[str, list[Alert]] = defaultdict(list)
        self._silent: dict[str, Alert] = {}
        for alert in alerts:
            if alert.is_open and is_loud(alert):
                self._of[alert.touchpoint].append(alert)
                if alert.per == SOURCE and alert.kind == SILENT:
                    self._silent[alert.scope] = alert

    def says_it(self, alert: Alert) -> Alert | None:
        """Return the alert that says already what this one would."""
        if alert.per == SOURCE:
            return None
        feeds = self._directory.topics[alert.touchpoint].feeds if self._knows(alert) else ()
        for feed in feeds:
            if feed in self._silent:
                return self._silent[feed]
        return self._among(self._of[alert.touchpoint], alert, self._covers) or self._above(alert)

    def _knows(self, alert: Alert) -> bool:
        return alert.touchpoint in self._directory.topics

    def _among(
        self, alerts: Iterable[Alert], alert: Alert, test: Callable[[Alert, Alert], bool]
    ) -> Alert | None:
        loud = (other for other in alerts if other.level.rank >= alert.level.rank)
        return next((other for other in loud if other.id != alert.id and test(other, alert)), None)

    def _covers(self, other: Alert, alert: Alert) -> bool:
        if other.per == alert.per:
            return other.scope == alert.scope and other.level.rank > alert.level.rank
        if alert.per != "unit" or other.per != "region":
            return False
        # Who waits now can still be called; a share of the past must not hide them.
        if alert.kind == WAITING and other.kind != WAITING:
            return False
        return other.scope == self._region(alert)

    def _above(self, alert: Alert) -> Alert | None:
        if not self._knows(alert):
            return None
        for name in self._directory.topics[alert.touchpoint].upstream:
            if name in self._directory.topics and name != alert.touchpoint:
                found = self._among(self._of[name], alert, self._is_above)
                if found is not None:
                    return found
        return None

    def _is_above(self, other: Alert, alert: Alert) -> bool:
        return other.per == "company" or self._region(other) == self._region(alert)

    def _region(self, alert: Alert) -> str:
        region = scene_of(alert, self._directory).region
        return region.id if region else ""

"""Which alert makes another one superfluous.

Four sentences: a feed that is silent says more than the absences it would explain; a region says
what its units would say one by one; a critical alert says what a warning about the same place would;
an upstream touchpoint says why the one below it fails.  Each needs the other alert to be at least as
loud, so that nothing critical hides behind a warning.  Inhibition mutes only who was not told yet,
and ends with the alert that caused it.
"""

from collections.abc import Iterable

from alerts.alert import Alert
from alerts.directory import Directory
from alerts.news import is_loud
from alerts.scene import SOURCE, scene_of
from alerts.story import WAITING

SILENT = "source silent"
REGION, UNIT = "region", "unit"


class Standing:
    """Know the loudest alert that stands at each place, in each region, and each silent source."""

    def __init__(self, alerts: Iterable[Alert], directory: Directory) -> None:
        """Take the open alerts."""
        self._directory = directory
        self._at: dict[tuple[str, ...], Alert] = {}
        self._silent: dict[str, Alert] = {}
        for alert in alerts:
            if alert.is_open and is_loud(alert):
                self._file(alert)

    def says_it(self, alert: Alert) -> Alert | None:
        """Return the alert that says already what this one would."""
        if alert.per == SOURCE:
            return None
        return (
            self.silent_feed(alert)
            or self._same_place(alert)
            or self._whole_region(alert)
            or self._above(alert)
        )

    def _file(self, alert: Alert) -> None:
        if alert.per == SOURCE:
            if alert.kind == SILENT:
                self._silent[alert.scope] = alert
            return
        self._put(("place", alert.touchpoint, alert.per, alert.scope), alert)
        if alert.per == REGION:
            self._put((REGION, alert.touchpoint, alert.scope, alert.kind), alert)
            self._put((REGION, alert.touchpoint, alert.scope), alert)
        self._put(("anywhere", alert.touchpoint, self._region_of(alert)), alert)

    def _put(self, key: tuple[str, ...], alert: Alert) -> None:
        known = self._at.get(key)
        if known is None or (-alert.level.rank, alert.id) < (-known.level.rank, known.id):
            self._at[key] = alert

    def silent_feed(self, alert: Alert) -> Alert | None:
        """Return the alert about a feed whose silence keeps this one from being known."""
        topic = self._directory.topics.get(alert.touchpoint)
        feeds = topic.feeds if topic else ()
        return next((self._silent[feed] for feed in feeds if feed in self._silent), None)

    def _same_place(self, alert: Alert) -> Alert | None:
        other = self._at.get(("place", alert.touchpoint, alert.per, alert.scope))
        return other if other is not None and other.level.rank > alert.level.rank else None

    def _whole_region(self, alert: Alert) -> Alert | None:
        if alert.per != UNIT:
            return None
        # Who waits now can still be called; a share of the past must not hide them.
        kinds = (WAITING,) if alert.kind == WAITING else ()
        return self._as_loud(alert, (REGION, alert.touchpoint, self._region_of(alert), *kinds))

    def _above(self, alert: Alert) -> Alert | None:
        """Return an alert of an upstream touchpoint, in the same region or everywhere."""
        topic = self._directory.topics.get(alert.touchpoint)
        for name in topic.upstream if topic else ():
            for region in (self._region_of(alert), ""):
                found = self._as_loud(alert, ("anywhere", name, region))
                if found is not None and name != alert.touchpoint:
                    return found
        return None

    def _as_loud(self, alert: Alert, key: tuple[str, ...]) -> Alert | None:
        other = self._at.get(key)
        if other is None or other.id == alert.id or other.level.rank < alert.level.rank:
            return None
        return other

    def _region_of(self, alert: Alert) -> str:
        region = scene_of(alert, self._directory).region
        return region.id if region else ""

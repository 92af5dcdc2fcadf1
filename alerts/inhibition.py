"""Which alert makes another one superfluous.

Four sentences: a feed that is silent says more than the absences it would explain; a region says
what its units would say one by one; a critical alert says what a warning about the same place would;
an upstream touchpoint says why the one below it fails.  Each needs the other alert to be at least as
loud, so that nothing critical hides behind a warning.  Inhibition mutes only who was not told yet,
and ends with the alert that caused it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from alerts.alert import Alert
from alerts.book import Book, Place, place_of
from alerts.directory import Directory
from alerts.news import is_loud
from alerts.scene import SOURCE, scene_of
from alerts.story import WAITING

SILENT = "source silent"
REGION, UNIT = "region", "unit"


class Standing:
    """Find the loudest alert that stands at a place, in a region or upstream, when it is asked for.

    Filing all that stands was rejected: a decision looks at one or two alerts, and hundreds may stand.
    """

    def __init__(
        self, book: Book, directory: Directory, changed: Mapping[str, Alert] | None = None
    ) -> None:
        """Take a book, with what a sitting has changed of it so far."""
        self._book = book
        self._directory = directory
        self._changed = dict(changed or {})
        self._fresh: dict[Place, list[Alert]] = defaultdict(list)
        for alert in self._changed.values():
            if book.get(alert.id) is None:
                self._fresh[place_of(alert)].append(alert)

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

    def silent_feed(self, alert: Alert) -> Alert | None:
        """Return the alert about a feed whose silence keeps this one from being known."""
        topic = self._directory.topics.get(alert.touchpoint)
        for feed in topic.feeds if topic else ():
            for other in self._at(("", SOURCE, feed)):
                if other.kind == SILENT:
                    return other
        return None

    def _at(self, place: Place) -> Iterator[Alert]:
        """Yield the loud alerts that stand at a place."""
        known = (self._changed.get(alert.id, alert) for alert in self._book.at(place))
        for alert in (*known, *self._fresh.get(place, ())):
            if alert.is_open and is_loud(alert):
                yield alert

    def _of(self, touchpoint: str) -> Iterator[Alert]:
        """Yield the loud alerts that stand at a touchpoint, wherever that is."""
        for alert in self._book.open_of(touchpoint):
            if alert.id not in self._changed and is_loud(alert):
                yield alert
        for alert in self._changed.values():
            if alert.touchpoint == touchpoint and alert.is_open and is_loud(alert):
                yield alert

    def _same_place(self, alert: Alert) -> Alert | None:
        other = _loudest(self._at(place_of(alert)))
        return other if other is not None and other.level.rank > alert.level.rank else None

    def _whole_region(self, alert: Alert) -> Alert | None:
        if alert.per != UNIT:
            return None
        # Who waits now can still be called; a share of the past must not hide them.
        there = self._at((alert.touchpoint, REGION, self._region_of(alert)))
        if alert.kind == WAITING:
            there = (other for other in there if other.kind == WAITING)
        return _as_loud(alert, _loudest(there))

    def _above(self, alert: Alert) -> Alert | None:
        """Return an alert of an upstream touchpoint, in the same region or everywhere."""
        topic = self._directory.topics.get(alert.touchpoint)
        for name in topic.upstream if topic else ():
            above = [other for other in self._of(name) if other.per != SOURCE]
            for region in (self._region_of(alert), "") if above else ():
                there = (other for other in above if self._region_of(other) == region)
                found = _as_loud(alert, _loudest(there))
                if found is not None and name != alert.touchpoint:
                    return found
        return None

    def _region_of(self, alert: Alert) -> str:
        region = scene_of(alert, self._directory).region
        return region.id if region else ""


def _loudest(alerts: Iterable[Alert]) -> Alert | None:
    return min(alerts, key=lambda alert: (-alert.level.rank, alert.id), default=None)


def _as_loud(alert: Alert, other: Alert | None) -> Alert | None:
    if other is None or other.id == alert.id or other.level.rank < alert.level.rank:
        return None
    return other

"""What is stored, as metrics: people who wait, open alerts, and the touchpoints themselves.

These are read when somebody scrapes, from the same rows as every page, so that a picture on a wall
and the call-back list cannot differ.  Counters kept in a process were rejected for them: several desks
would each know a part.  Labels come from the configuration and from closed lists; people never.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from alerts.directory import Directory
from service.board.office import Office
from service.store.measures import BANDS, Measured, measured

GAUGES = {
    "erosion_touchpoint_info": (
        "Which stage, journey and owner a touchpoint has; always 1.",
        ("touchpoint", "title", "stage", "journey", "owner"),
    ),
    "erosion_people_waiting": (
        "People past the promise who still wait, by how long they have waited on their own watch.",
        ("touchpoint", "band"),
    ),
    "erosion_alerts_open": (
        "Open alerts, by whether somebody has them.",
        ("touchpoint", "level", "owner", "taken"),
    ),
    "erosion_promises_counted": (
        "Cases of the last seven days by how they stand now; open ones are in it.",
        ("touchpoint", "outcome"),
    ),
    "erosion_commitments_open": ("Commitments that are open; never more than three.", ()),
}


class Measures(Collector):
    """Read the store when somebody asks."""

    def __init__(self, office: Office) -> None:
        """Take whom to ask."""
        self._office = office

    def describe(self) -> Iterable[Metric]:
        """Return the metrics without reading anything."""
        return [_family(name) for name in GAUGES]

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics as things stand."""
        now, directory = self._office.now(), self._office.directory
        found = measured(self._office.lookup.reads, now)
        families = {name: _family(name) for name in GAUGES}
        if directory is not None:
            _describe(families["erosion_touchpoint_info"], directory)
        _fill(families, found, directory, now)
        yield from families.values()


def _family(name: str) -> GaugeMetricFamily:
    text, labels = GAUGES[name]
    return GaugeMetricFamily(name, text, labels=labels)


def _describe(family: GaugeMetricFamily, directory: Directory) -> None:
    for name, topic in sorted(directory.topics.items()):
        family.add_metric([name, topic.title, topic.stage, topic.journey, topic.owner], 1)


def _fill(
    families: dict[str, GaugeMetricFamily],
    found: Measured,
    directory: Directory | None,
    now: int,
) -> None:
    topics = directory.topics if directory else {}
    waiting = families["erosion_people_waiting"]
    for name in sorted(topics):
        for band in BANDS:
            waiting.add_metric([name, band], found.waiting.get((name, band), 0))
    for (name, outcome), count in sorted(found.counted.items()):
        if name in topics:
            families["erosion_promises_counted"].add_metric([name, outcome], count)
    # What has no touchpoint of the configuration, such as a feed, is counted together.
    alerts = Counter[tuple[str, str, str, str]]()
    for (touchpoint, level, is_taken), count in found.alerts(now).items():
        name, owner = (touchpoint, topics[touchpoint].owner) if touchpoint in topics else ("", "")
        alerts[name, level, owner, str(is_taken).lower()] += count
    for labels, count in sorted(alerts.items()):
        families["erosion_alerts_open"].add_metric(labels, count)
    families["erosion_commitments_open"].add_metric([], found.commitments)

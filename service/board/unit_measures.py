"""Where it depends on where you live: the units at which most people wait, as metrics of their own.

Units have a scrape job of their own and a ceiling: the 200 at which most people wait, everything else
together as `other`.  A network of thousands must neither fill a metrics store nor hide its worst.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from alerts.directory import Directory
from service.board.office import Office
from service.store.measures import Place, counted_by_unit, waiting_by_unit

UNITS_MAX = 200
OTHER = "other"
LABELS = ("touchpoint", "unit", "region")
GAUGES = {
    "erosion_unit_people_waiting": "People past the promise who still wait, of the 200 units with most.",
    "erosion_unit_promises_kept": "Cases of the last seven days whose promise was kept.",
    "erosion_unit_promises_late": "Cases of the last seven days whose promise was broken.",
}


class UnitMeasures(Collector):
    """Read the store when somebody asks for units."""

    def __init__(self, office: Office) -> None:
        """Take whom to ask."""
        self._office = office

    def describe(self) -> Iterable[Metric]:
        """Return the metrics without reading anything."""
        return [GaugeMetricFamily(name, text, labels=LABELS) for name, text in GAUGES.items()]

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics as things stand."""
        reads, directory = self._office.lookup.reads, self._office.directory
        topics = directory.topics if directory else {}
        waiting = {at: n for at, n in waiting_by_unit(reads).items() if at[0] in topics}
        found = counted_by_unit(reads, self._office.now()).items()
        counted = {at: counts for at, counts in found if at[0] in topics}
        kept = {place: kept for place, (kept, _) in counted.items()}
        late = {place: late for place, (_, late) in counted.items()}
        shown = most(waiting, late)
        for (name, text), counts in zip(GAUGES.items(), (waiting, kept, late), strict=True):
            family = GaugeMetricFamily(name, text, labels=LABELS)
            for (touchpoint, unit), count in sorted(_capped(counts, shown).items()):
                family.add_metric([touchpoint, unit, _region(directory, touchpoint, unit)], count)
            yield family


def most(waiting: dict[Place, int], late: dict[Place, int]) -> frozenset[str]:
    """Return the units at which most people wait; where as many do, were let down."""
    sums = Counter[str]()
    broken = Counter[str]()
    for (_, unit), count in waiting.items():
        sums[unit] += count
    for (_, unit), count in late.items():
        broken[unit] += count
    names = {unit for _, unit in (*waiting, *late) if unit}
    ordered = sorted(names, key=lambda unit: (-sums[unit], -broken[unit], unit))
    return frozenset(ordered[:UNITS_MAX])


def _capped(counts: dict[Place, int], shown: frozenset[str]) -> dict[Place, int]:
    found = Counter[Place]()
    for (touchpoint, unit), count in counts.items():
        found[touchpoint, unit if unit in shown else OTHER] += count
    return dict(found)


def _region(directory: Directory | None, touchpoint: str, unit: str) -> str:
    topic = directory.topics.get(touchpoint) if directory else None
    place = directory.units.get((topic.unit_kind, unit)) if directory and topic else None
    return place.region if place else ""

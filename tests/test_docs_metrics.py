"""The reference names every metric, with its labels, and no other."""

import re

from service import judged
from service.board import measures, unit_measures
from service.hosts.shown import BUILD
from service.metrics import REGISTRY
from service.positions import FRAME
from service.scored import LEAD
from tests.test_docs import section


def test_metrics() -> None:
    """The reference names every metric as it is exposed, with its labels, and no other."""
    expected = {}
    assert {judged.JUDGED, LEAD, FRAME, BUILD}  # whose modules declare the rest
    for metric, names in REGISTRY._collector_to_names.items():
        exposed = {name for name in names if not name.endswith("_created")}
        labels: tuple[str, ...] = getattr(metric, "_labelnames", ())
        expected[max(exposed, key=len)] = ", ".join(labels)
    stored = {name: ", ".join(labels) for name, (_, labels) in measures.GAUGES.items()}
    units = dict.fromkeys(unit_measures.GAUGES, ", ".join(unit_measures.LABELS))
    rows = re.findall(r"^\| `(erosion_[a-z_]+)` \| ([^|]*?) ?\|", section("Metrics"), re.MULTILINE)
    assert dict(rows) == expected | stored | units

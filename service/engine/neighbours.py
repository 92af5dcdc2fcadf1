"""One place or everyone: what the units of a region say to an alarm (03, D3).

The evidence begins at the alarming stream's own last zero, its estimate of when things changed; a
fixed window of 28 days called most region-wide shifts "one dealer" (03, section 4.7).  It begins
with that whole day, because what was let go of is known by day.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from service.engine.attribution import region_odds
from service.engine.baseline import PPM
from service.engine.pacing import EVIDENCE_MS, Around, PaceState, alone
from service.engine.place import Place
from service.engine.plan import Rule
from service.engine.stream import Stream

HUNDREDTHS = 100
# One place is no region to be compared with.
PLACES_MIN = 2
Count = tuple[int, int, float]


class Neighbours:
    """Compare an alarming stream with the units of its region."""

    def __init__(
        self,
        streams: Mapping[tuple[str, str], Stream],
        units: Mapping[str, Place],
        paces: Sequence[Rule],
    ) -> None:
        """Take the streams of a touchpoint, which may come later, and its rules of kind pace."""
        self.adopt(streams, units, paces)

    def adopt(
        self,
        streams: Mapping[tuple[str, str], Stream],
        units: Mapping[str, Place],
        paces: Sequence[Rule],
    ) -> None:
        """Look at the streams of a new plan; who was told where to look looks there from now on."""
        self._streams = streams
        self._units = units
        self._by_unit = next((rule.id for rule in paces if rule.per == "unit"), "")

    def around(self, rule: Rule, scope: str) -> Around:
        """Return what tells of a stream's neighbours; a whole company has none."""
        if not self._by_unit or rule.per == "company":
            return alone
        return partial(self.verdict, rule, scope)

    def verdict(self, rule: Rule, scope: str, since: int, instant: int) -> Mapping[str, object]:
        """Return the log-odds of region against unit in hundredths, and which of both it is."""
        is_unit = rule.per == "unit"
        region = self._units[scope].region if is_unit and scope in self._units else scope
        since = max(since, instant - EVIDENCE_MS)
        names = [name for name, place in sorted(self._units.items()) if place.region == region]
        counts = {name: count for name in names if (count := self._count(name, since, instant))}
        if len(counts) < PLACES_MIN or (is_unit and scope not in counts):
            return {}
        index = list(counts).index(scope) if is_unit else None
        odds = round(region_odds(list(counts.values()), index) * HUNDREDTHS)
        return {"region_odds": odds, "verdict": "region" if odds > 0 else "unit"}

    def _count(self, name: str, since: int, until: int) -> Count | None:
        """Return late cases, cases and usual share of a unit; None where nothing is usual."""
        stream = self._streams.get((self._by_unit, name))
        if stream is None or stream.history is None or not isinstance(stream.head, PaceState):
            return None
        base = stream.head.base
        if base is None:
            return None
        day = self._units[name].zone.day(since)
        due, late = stream.history.count(stream.items, day, until)
        return late, due, base.usual / PPM

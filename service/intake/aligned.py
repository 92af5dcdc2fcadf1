"""Reading a history from several partitions in the order of time, as one stream would have it.

Where the events bring their own time, a partition that is read faster than another would carry the
clock past what the other still holds.  So records wait here until every partition that has more to
give has given something, and leave up to the earliest of the last times.  The topic's stamps are
compared, not the events' own: a late fact must stay late.

Time goes on in steps that no rule can notice.  A cut of days at once would let the log's time run
ahead of what is judged, until what a judgement needs was forgotten, and every source would look
silent between two cuts.
"""

from collections.abc import Iterable, Mapping

from service.engine.plan import Plan
from service.intake.cutting import Place, Record, Slice

HOUR_MS, PARTS = 3_600_000, 4


def step_of(plan: Plan) -> int:
    """Return how much time may pass at once: a part of what a source may be quiet, or late."""
    lengths = [
        min(source.correct_for_ms, source.silent_after_ms or source.correct_for_ms)
        for source in plan.sources.values()
    ]
    return min([HOUR_MS, *(length // PARTS for length in lengths)])


class Aligned:
    """Hold slices back until they can leave in the order of time."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._held: dict[Place, Slice] = {}

    def wanted(self, positions: Mapping[Place, int], ends: Mapping[Place, int]) -> list[Place]:
        """Return the partitions of which nothing is held though they have more."""
        return [
            place
            for place, position in positions.items()
            if place not in self._held and position < ends.get(place, 0)
        ]

    def put(self, slices: Iterable[Slice]) -> list[Slice]:
        """Hold what was read of partitions of which nothing was held; return what has no records to hold."""
        empty = []
        for one in slices:
            if one.records:
                self._held[Place(one.topic, one.partition)] = one
            else:
                empty.append(one)
        return empty

    def forget(self) -> None:
        """Let go of everything: it will be read again."""
        self._held.clear()

    def first(self) -> int | None:
        """Return the earliest time that is held."""
        return min((one.records[0].time for one in self._held.values()), default=None)

    def take(
        self, positions: Mapping[Place, int], ends: Mapping[Place, int], until: int
    ) -> list[Slice]:
        """Return what may leave up to a time, given how far partitions are read and where they end.

        Nothing leaves while a partition that has more holds nothing.
        """
        if self.wanted(positions, ends) or not self._held:
            return []
        limit = min(until, *(one.records[-1].time for one in self._held.values()))
        return sorted(
            (part for key in [*self._held] if (part := self._until(key, limit)) is not None),
            key=lambda part: part.records[0].time,
        )

    def _until(self, key: Place, limit: int) -> Slice | None:
        one = self._held[key]
        left = [record for record in one.records if record.time > limit]
        gone: list[Record] = [record for record in one.records if record.time <= limit]
        if not gone:
            return None
        if left:
            self._held[key] = one._replace(first=left[0].offset, records=left)
            return one._replace(to=left[0].offset, records=gone)
        del self._held[key]
        return one

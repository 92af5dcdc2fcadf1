"""Reading a history from several partitions in the order of time, as one stream would have it.

Where the events bring their own time, a partition that is read faster than another would carry the
clock past what the other still holds.  So records wait here until every partition that has more to
give has given something, and leave up to the earliest of the last times.  The topic's stamps are
compared, not the events' own: a late fact must stay late.
"""

from collections.abc import Iterable, Mapping

from service.intake.cutting import Place, Record, Slice


class Aligned:
    """Hold slices back until they can leave in the order of time."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._held: dict[Place, Slice] = {}

    def empty(self, places: Iterable[Place]) -> list[Place]:
        """Return the partitions of which nothing is held."""
        return [place for place in places if place not in self._held]

    def put(self, slices: Iterable[Slice]) -> None:
        """Hold what was read of partitions of which nothing was held."""
        for one in slices:
            self._held[Place(one.topic, one.partition)] = one

    def forget(self) -> None:
        """Let go of everything: it will be read again."""
        self._held.clear()

    def take(self, positions: Mapping[Place, int], ends: Mapping[Place, int]) -> list[Slice]:
        """Return what may leave, given how far partitions are read and where they end.

        Nothing leaves while a partition that has more holds nothing.
        """
        waiting = self.empty(positions)
        if any(positions[place] < ends.get(place, 0) for place in waiting) or not self._held:
            return []
        limit = min(one.records[-1].time for one in self._held.values())
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

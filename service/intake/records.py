"""What the records of each topic mean under one plan, and the schemas that some of them need."""

from collections.abc import Iterable, Mapping, Sequence

from service.engine.plan import Plan
from service.engine.values import Event
from service.errors import DamagedError
from service.intake.cutting import Record, Slice
from service.intake.decode import Decoder
from service.intake.record import decode_record
from service.intake.registry import Registry
from service.log.passed import decode_passed
from service.log.reading import FIRST
from service.rejected import Reason, Rejected, rejected, shown


class Records:
    """Decode the records of every topic as one plan understands them."""

    def __init__(
        self, plan: Plan, customer_key: bytes, registry: Registry | None = None, door: str = ""
    ) -> None:
        """Take the plan, the key that pseudonymises customers, and who knows schemas.

        `door` is the topic into which doors write what came over HTTP.
        """
        self._decoder = Decoder(plan, customer_key)
        self._sources = sources_of(plan)
        self._registry = registry
        self._door, self._pulse = door, FIRST
        self._avro = {s.topic for s in plan.sources.values() if s.topic and s.format == "avro"}

    def decode(self, topic: str, record: Record) -> Iterable[Event | Rejected]:
        """Return what a record holds."""
        if topic == self._door:
            return self._passed(record)
        schemas = {} if self._registry is None else self._registry.schemas
        source, (_, key, value, headers, _) = self._sources.get(topic, ""), record
        return decode_record(self._decoder, source, key, value, headers, schemas)

    async def prepare(self, slices: Sequence[Slice]) -> None:
        """Fetch the schemas that records name; raise UnreachableError where one cannot be had."""
        mine = [one for one in slices if one.topic in self._avro]
        if mine and self._registry is not None:
            await self._registry.prepare(r.value for one in mine for r in one.records)

    def heard(self, topic: str, until: int) -> int:
        """Return how far a topic that was read until an instant was heard: a door only while it stood."""
        return min(until, self._pulse) if topic == self._door else until

    def _passed(self, record: Record) -> list[Event | Rejected]:
        try:
            item = decode_passed(record.value or b"")
        except DamagedError as error:
            return [rejected(Reason.CONTENT, str(error), record.value or b"")]
        if item is None:
            self._pulse = max(self._pulse, record.time)
            return []
        if isinstance(item, Event) and not self._decoder.delivers(item.source, item.type):
            # The door took it by another plan than the one by which it is read.
            detail = f"source {shown(item.source)} does not deliver {shown(item.type)} any more"
            return [rejected(Reason.TYPE, detail, record.value or b"", item.source)]
        return [item]


def sources_of(plan: Plan) -> Mapping[str, str]:
    """Return for each topic the source that it brings, empty where several share it."""
    found: dict[str, str] = {}
    for name, source in plan.sources.items():
        if source.topic:
            found[source.topic] = "" if source.topic in found else name
    return found

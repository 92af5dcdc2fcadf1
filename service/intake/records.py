"""The decoder of an intake: which source a topic brings, and what its records mean."""

from collections.abc import Iterable, Mapping

from service.engine.plan import Plan
from service.engine.values import Event
from service.intake.cutting import Record
from service.intake.decode import Decoder
from service.rejected import Rejected


class Records:
    """Decode the records of every topic as one plan understands them."""

    def __init__(self, plan: Plan, customer_key: bytes) -> None:
        """Take the plan, and the key that pseudonymises customers."""
        self._decoder = Decoder(plan, customer_key)
        self._sources = sources_of(plan)

    def decode(self, topic: str, record: Record) -> Iterable[Event | Rejected]:
        """Return what a record holds."""
        source = self._sources.get(topic, "")
        return [] if record.value is None else [self._decoder.single(record.value, source)]


def sources_of(plan: Plan) -> Mapping[str, str]:
    """Return for each topic the source that it brings, empty where several share it."""
    found: dict[str, str] = {}
    for name, source in plan.sources.items():
        if source.topic:
            found[source.topic] = "" if source.topic in found else name
    return found

"""Put messages on a topic, for whoever would rather read than be told.

Each is a CloudEvent whose id is the delivery key, filed under its conversation so that one
partition keeps its order.  How a record gets to the brokers is a port: the desk knows no client
library, and the service has one already.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from alerts.outbox import OutboxRow
from alerts.retry import Failure, Result, Verdict, failed
from alerts.told import BODY_BYTES_MAX, TYPE, compact, fitting, instant

SOURCE = "urn:erosion:desk"
CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"

# Topic, key, value and content type.  It raises ValueError for what can never be sent,
# ConnectionError where nothing was sent, and anything else where nobody knows.
Produce = Callable[[str, bytes, bytes, str], Awaitable[None]]


class Kafka:
    """Send messages to topics."""

    name = "kafka"

    def __init__(self, produce: Produce, stop: Callable[[], Awaitable[None]] | None = None) -> None:
        """Take the port, and what lets go of the brokers."""
        self._produce = produce
        self._stop = stop

    async def close(self) -> None:
        """Let go of the brokers."""
        if self._stop is not None:
            await self._stop()

    def payload(self, row: OutboxRow) -> dict[str, Any]:
        """Return the event, as one document."""
        return {
            "specversion": "1.0",
            "id": row.key,
            "source": SOURCE,
            "type": f"{TYPE}.{row.why.value}",
            "time": instant(row.created_at),
            "datacontenttype": "application/json",
            "data": fitting(row, BODY_BYTES_MAX),
        }

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Send it once, and wait until the brokers have it."""
        topic = str(row.settings.get("topic", ""))
        key = (row.thread or row.key).encode("utf-8", "replace")
        try:
            await self._produce(topic, key, compact(self.payload(row)), CONTENT_TYPE)
        except ValueError as error:
            return failed(Failure.NOT_ADDRESSED, type(error).__name__)
        except ConnectionError as error:
            return failed(Failure.NOT_CONNECTED, type(error).__name__)
        except (OSError, RuntimeError) as error:
            return failed(Failure.NO_ANSWER, type(error).__name__)
        return Verdict(Result.DELIVERED, "on the topic")

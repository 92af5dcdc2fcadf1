"""Faust's client of the brokers, but for one number that it writes into it."""

from typing import Any

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

# The client asks a broker one thing at a time, also whom a shard belongs to and where its log begins.
FETCH_MS = 100


class _Thread(AIOKafkaConsumerThread):
    """Ask for records as Faust does, and let no other question wait for them for 1.5 s."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        found = super()._create_worker_consumer(transport)
        found._fetch_max_wait_ms = FETCH_MS  # noqa: SLF001 - Faust writes 1500 there, and asks nobody
        return found


class HastyConsumer(Consumer):
    """Ask in such a thread."""

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

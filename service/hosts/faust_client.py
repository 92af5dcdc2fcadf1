"""Faust's client of the brokers: one number that it writes into it, and how it makes itself known."""

from typing import Any

import faust
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

from service.transport import Transport

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


def credentials(transport: Transport) -> Any:
    """Return how Faust makes itself known to the brokers."""
    context = transport.ssl_context()
    if transport.security == "sasl":
        return faust.SASLCredentials(
            username=transport.user,
            password=transport.password.get_secret_value(),
            mechanism=transport.mechanism,
            ssl_context=context,
        )
    return faust.SSLCredentials(context=context) if context is not None else None

"""Faust's client of the brokers: its settings, one number that it hides, how it makes itself known, ends.

The settings were measured one by one (09, section 3); where they differ from Faust's own, that is why.

At its end Faust waits for its producer, which gives up after twenty minutes, and for its client's own
thread.  Our shards have left by then, as far as they could; what is missing is what a kill would leave,
too.  To shorten the producer's patience was rejected: it would be shorter in every outage, and Faust
waits at other places.
"""

import os
from collections import defaultdict
from contextvars import ContextVar
from pathlib import Path
from threading import Timer
from typing import Any

import faust
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

from service.log.wanted import MESSAGE_BYTES
from service.logs import logger
from service.transport import Transport

SESSION_S, HEARTBEAT_S, REBALANCE_S = 6.0, 0.5, 20.0
# The client asks a broker one thing at a time, also whom a shard belongs to and where its log begins.
FETCH_MS = 100
# Whoever started us may kill after ten seconds.
END_S = 9.0
FAILED = 70
# Which deal a recovery is about: Faust tells its own callback, and none of ours.
DEAL: ContextVar[int] = ContextVar("deal", default=0)


class _Thread(AIOKafkaConsumerThread):
    """Ask for records as Faust does, and let no other question wait for them for 1.5 s."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        found = super()._create_worker_consumer(transport)
        found._fetch_max_wait_ms = FETCH_MS  # noqa: SLF001 - Faust writes 1500 there, and asks nobody
        return found


class Offsets(defaultdict[Any, int | None]):
    """Know how far each partition was read, and keep to what is to be read again until it comes.

    Faust drops records below this, and notes a record here only once it has handed it on: by then
    whoever got it may have sought back, and the note would undo that, for one seek as for thousands.
    """

    def __init__(self) -> None:
        """Begin with nothing read and nothing sought."""
        super().__init__(lambda: None)
        self.sought: dict[Any, int] = {}

    def seek(self, at: Any, offset: int) -> None:
        """Want an offset again."""
        super().__setitem__(at, offset or None)
        self.sought[at] = offset

    def __setitem__(self, at: Any, offset: int | None) -> None:
        """Note how far a partition was read, unless something before that is still to come."""
        wanted = self.sought.get(at)
        if wanted is not None and offset is not None and offset > wanted:
            return
        self.sought.pop(at, None)
        super().__setitem__(at, offset)


class HastyConsumer(Consumer):
    """Ask in such a thread, and keep to what was sought."""

    def __init__(self, *given: Any, **more: Any) -> None:
        """Begin with nothing read."""
        super().__init__(*given, **more)
        self._read_offset = self._offsets = Offsets()

    async def seek(self, partition: Any, offset: int) -> None:
        """Begin somewhere else, whatever was sought before."""
        self._offsets.sought.pop(partition, None)
        await super().seek(partition, offset)

    async def seek_again(self, at: Any, offset: int) -> None:
        """Bring records again from an offset on, whatever is in hand."""
        await self.seek(at, offset)
        self._offsets.seek(at, offset)

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class EndingWorker(faust.Worker):
    """Be Faust's worker, and end the process where Faust's own end takes too long."""

    _end: Timer | None = None

    async def stop(self) -> None:
        """Stop; from here on the process has only so many seconds."""
        if self._end is None:
            self._end = Timer(END_S, self._leave_the_rest)
            self._end.daemon = True
            self._end.start()
        await super().stop()

    def _leave_the_rest(self) -> None:
        logger().warning("the end takes too long; the next owner folds what is left", seconds=END_S)
        os._exit(FAILED if self.crashed else 0)


def tell_deals(recovery: Any) -> None:
    """Let whoever is called back at the end of a recovery know which deal it was about."""
    completed = recovery.on_recovery_completed

    async def told(generation_id: int = 0) -> None:
        DEAL.set(generation_id)
        await completed(generation_id)

    recovery.on_recovery_completed = told


def make_app(transport: Transport, member: str, folder: Path) -> faust.App:
    """Return an app whose client asks often, and that serves nothing by itself."""
    app = faust.App(
        transport.group("engine"),
        broker=";".join(f"aiokafka://{server}" for server in transport.servers),
        broker_credentials=_credentials(transport),
        consumer_group_instance_id=member or None,
        store="memory://",
        table_standby_replicas=0,  # to look at a second copy took 1.5 s of every deal
        datadir=str(folder).replace("{", "{{").replace("}", "}}"),  # braces would be Faust's own
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=SESSION_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_rebalance_timeout=REBALANCE_S,
        broker_request_timeout=40.0,
        broker_commit_interval=1.0,
        broker_max_poll_records=500,
        stream_buffer_maxsize=4096,
        producer_max_request_size=MESSAGE_BYTES,
        consumer_max_fetch_size=MESSAGE_BYTES,
        worker_redirect_stdouts=False,
        web_enabled=False,
    )
    app.transport.Consumer = HastyConsumer  # type: ignore[misc]
    return app


def _credentials(transport: Transport) -> Any:
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

"""A process of the door role: events over HTTP into the doors' topic, from where intakes take them.

The door checks by the plan in force and answers 202 once the brokers have the record.  What it turns
away goes the same way, so that it is kept once and by whoever keeps everything else.  A door that could
write into the log itself was rejected: the log would have two kinds of writers, and only one of them
a position that can be fenced.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack

from service import metrics
from service.engine.values import Event
from service.errors import ErosionError, UnreachableError
from service.hosts.clock import monotonic_s
from service.hosts.lives import quietly, sleep
from service.hosts.pulse import Pulse
from service.intake.decode import Decoder
from service.log.decided import Decided
from service.log.kafka import Controls, LogWriter
from service.log.passed import PULSE, encode_passed
from service.log.reach import told
from service.logs import logger
from service.rejected import Rejected
from service.transport import Transport

PULSE_S, PAUSE_S = 1.0, 0.5
QUEUED_MAX = 100_000


class Door:
    """Take events and rejections for the brokers; `run` must be at work."""

    def __init__(self, transport: Transport, decoder: Decoder, decided: Decided) -> None:
        """Take the way to the brokers, and a decoder of the plan that was decided."""
        self._transport = transport
        self._decoder = decoder
        self._decided = decided
        self._writer: LogWriter | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queued = 0
        self.pulse = Pulse(show=metrics.HEARTBEAT.set_to_current_time)
        self.trouble = "not connected yet"

    def take(self, events: Sequence[Event], rejected: Sequence[Rejected]) -> "Future[None] | None":
        """Return what is done once the brokers have all of it; None when too much waits.

        Called from the thread of the pages.
        """
        count = len(events) + len(rejected)
        if self._loop is None or self._queued + count > QUEUED_MAX:
            return None
        self._queued += count
        for bad in rejected:
            metrics.REJECTED.labels(bad.reason.value).inc()
        work = self._pass([*events, *rejected])
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done

    async def run(self, stop: asyncio.Event) -> None:
        """Stand open until told to stop; begin anew after trouble with the brokers."""
        self._loop = asyncio.get_running_loop()
        while not stop.is_set():
            self.pulse.beat()
            try:
                await self._stand(stop)
            except UnreachableError as error:
                self.trouble = str(error)
                logger().warning("the door begins anew", detail=str(error))
                await sleep(stop, PAUSE_S)

    async def _stand(self, stop: asyncio.Event) -> None:
        with told():
            async with AsyncExitStack() as parts:
                writer, controls = LogWriter(self._transport), Controls(self._transport)
                for part in (writer, controls):
                    parts.push_async_callback(quietly, part.stop)
                    await part.start()
                self._writer = writer
                while not stop.is_set():
                    began_s = monotonic_s()
                    await writer.put(PULSE)
                    await self._follow(controls)
                    self.trouble = ""
                    self.pulse.beat()
                    await sleep(stop, max(PULSE_S - (monotonic_s() - began_s), 0.01))

    async def _follow(self, controls: Controls) -> None:
        before = self._decided.plan
        self._decided.take_all(await controls.news())
        if self._decided.plan is not None and self._decided.plan is not before:
            self._decoder.adopt(self._decided.plan.plan)

    async def _pass(self, items: Sequence[Event | Rejected]) -> None:
        try:
            if self._writer is None:
                raise UnreachableError("no broker answers yet", "come again")
            with told():
                await asyncio.gather(*(self._writer.put(encode_passed(item)) for item in items))
        except ErosionError as error:
            self.trouble = str(error)
            raise
        finally:
            self._queued -= len(items)

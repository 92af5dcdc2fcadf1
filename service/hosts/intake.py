"""An intake: one life after another until it is told to stop.

A life that meets trouble with the brokers is over: its consumer and producer go, and the next one
begins at the last commit, as another process would.  That spares every question of what was sent
before an error and what was not, and it needs no supervisor to outlive a broker that restarts.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack
from functools import partial

from service import metrics
from service.engine.plan import Plan
from service.engine.sharding import topics
from service.errors import UnreachableError
from service.hosts.clock import monotonic_s
from service.hosts.following import NO_PLAN, PLAN_S
from service.hosts.gathering import Gathering, NewTopicsError, Sources
from service.hosts.lives import quietly, sleep
from service.hosts.pulse import Pulse
from service.intake.cutting import Cutter, Place
from service.intake.kafka import RawReader
from service.log.decided import Decided
from service.log.identity import need_topics
from service.log.kafka import CONTROL, DEAD, LOG, Controls, LogWriter
from service.log.reach import reach, told
from service.logs import logger
from service.positions import Behind
from service.transport import Transport

PAUSE_S, PAUSE_MAX_S, LONG_S = 0.5, 10.0, 60.0
NO_TOPIC = "there is no such topic, or no right to read it; what is wrong: erosion topics"


class Intake:
    """Take the records of the operational topics into the log."""

    def __init__(
        self,
        transport: Transport,
        cutter: Callable[[Plan], tuple[Cutter, Sources]],
        member: str = "",
        *,
        clock_events: bool = False,
    ) -> None:
        """Take the way to the brokers and what makes a cutter for a plan."""
        self._transport = transport
        self._cutter = cutter
        self._member = member
        self._clock_events = clock_events
        self.pulse = Pulse(show=metrics.HEARTBEAT.set_to_current_time)
        # Of the process, not of a life: what the last one showed must go when its partitions do.
        self._behind = Behind()
        for why in ("unreachable", "new topics"):
            metrics.LIVES.labels(why)
        self._is_slow = False
        self.trouble = "not connected yet"

    async def run(self, stop: asyncio.Event) -> None:
        """Live until told to stop."""
        pause_s = PAUSE_S
        while not stop.is_set():
            self.pulse.beat()
            began_s = monotonic_s()
            try:
                await self._life(stop)
            except NewTopicsError:
                metrics.LIVES.labels("new topics").inc()
            except UnreachableError as error:
                self.trouble = str(error)
                metrics.LIVES.labels("unreachable").inc()
                logger().warning("an intake begins anew", detail=str(error), pause_s=pause_s)
                await sleep(stop, pause_s)
            if monotonic_s() - began_s > LONG_S:
                pause_s = PAUSE_S
            pause_s = min(pause_s * 2, PAUSE_MAX_S)

    async def _life(self, stop: asyncio.Event) -> None:
        with told():
            await reach(self._transport)
            await need_topics(self._transport, map(self._transport.topic, (LOG, CONTROL, DEAD)))
            async with AsyncExitStack() as parts:
                writer, controls = LogWriter(self._transport), Controls(self._transport)
                for part in (writer, controls):
                    parts.push_async_callback(quietly, part.stop)
                    await part.start()
                decided = await self._decided(controls, stop)
                if decided.plan is None:
                    return
                names = topics(decided.plan.plan)
                reader = RawReader(self._transport, names, self._member, accepted=_goes_on(decided))
                parts.push_async_callback(quietly, reader.stop)
                await reader.start()
                gathering = Gathering(
                    (reader, writer, controls),
                    decided,
                    self._cutter,
                    monotonic_s,
                    clock_events=self._clock_events,
                    behind=self._behind,
                )
                self._tell_missing(reader.missing)
                await gathering.run(stop, partial(self._beat, reader))

    def _tell_missing(self, topics: Collection[str]) -> None:
        """Name the topics of sources that are not there: the others are read all the same."""
        names = ", ".join(sorted(topics))
        self.trouble = f"{names}: {NO_TOPIC}" if names else ""
        if self.trouble:
            logger().warning(self.trouble)

    def _beat(self, reader: RawReader) -> None:
        """Show that this life goes on, or end it where a topic has come that it cannot join for."""
        self.pulse.beat()
        if reader.is_lenient and not self._is_slow:
            self._is_slow = True
            logger().warning("a header has a name that is no text; from now on reading is slower")
        if reader.has_come():
            raise NewTopicsError

    async def _decided(self, controls: Controls, stop: asyncio.Event) -> Decided:
        """Wait until a plan is in force: without one nobody knows what an event means."""
        decided = Decided()
        while not stop.is_set():
            self.pulse.beat()
            decided.take_all(await controls.news())
            if decided.plan is not None:
                break
            self.trouble = NO_PLAN
            logger().warning(self.trouble)
            await sleep(stop, PLAN_S)
        return decided


def _goes_on(decided: Decided) -> Callable[[Place, str, int], bool]:
    """Return what tells whether a partition goes on behind an accepted gap."""
    return lambda place, incarnation, position: decided.goes_on(*place, incarnation, position)

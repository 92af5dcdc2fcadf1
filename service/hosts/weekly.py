"""Send the weekly page on time: every minute it looks whether one is due, and who has not had it.

It runs beside the courier in every process that carries messages, so there may be several at once;
which of them was first is decided where the page is kept.  Whatever goes wrong is told and tried
again a minute later, for a page must never be what ends the service.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool

from alerts.pause import pause
from service import metrics
from service.errors import NotFoundError
from service.logs import logger
from service.store.digests import had_it, keep
from service.store.reads import Reads
from service.store.transaction import Transaction
from service.weekly.collecting import page_from
from service.weekly.schedule import Due, due_for, is_ready, last_due
from service.weekly.sending import Made, World, made, receivers_of, rows_of, schedule_of, sent_of

EVERY_S = 60.0

Call = Callable[[Callable[[Transaction], object]], object]
# Takes the configuration in force; returns the time, and how far the data reach.
Clock = Callable[[World], tuple[int, int]]


class Weekly:
    """Look every minute, beside the courier."""

    def __init__(
        self,
        call: Call,
        reads: Reads,
        world: Callable[[], World | None],
        clock: Clock,
        shard: str,
        public_url: str = "",
    ) -> None:
        """Take a way to write durably, what reads, the world as it is now, and its clock.

        `shard` is whose desk hears of messages that do not arrive.
        """
        self._call = call
        self._reads = reads
        self._world = world
        self._clock = clock
        self._shard = shard
        self._public_url = public_url

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            try:
                await run_in_threadpool(self.look)
            except Exception as error:  # noqa: BLE001 - a page must not end the service
                metrics.DIGESTS.labels("failed").inc()
                logger().error("the weekly page could not be made", detail=repr(error))
            await pause(stop, EVERY_S)

    def look(self) -> int:
        """Send what is due and was not sent; return to how many."""
        world = self._world()
        schedule = None if world is None else schedule_of(world.settings)
        if world is None or schedule is None:
            return 0
        now, reach = self._clock(world)
        if now <= 0:  # a log without a single event has no time yet
            return 0
        due = last_due(now, schedule)
        sent = had_it(self._reads, due.week.name)
        wanted = receivers_of(world.settings)
        missing = [who for who in wanted if due_for(who, now, schedule, sent)]
        if not missing or not is_ready(due, now, reach):
            return 0
        page = self._made(world, due, reach)
        return sum(self._send(page, who, now, world) for who in missing) if page else 0

    def _made(self, world: World, due: Due, reach: int) -> Made | None:
        """Return the page of a week; None while nothing is stored for it."""
        settings, compiled, name = world.settings, world.compiled, due.week.name
        try:
            # Where nobody says how far the data reach, the newest of them do.
            reach = reach or self._reads.newest()
            page = page_from(self._reads, settings, compiled, name, reach=reach)
        except NotFoundError:
            return None
        return made(page, world, self._public_url)

    def _send(self, page: Made, receiver: str, now: int, world: World) -> bool:
        directory = world.compiled.directory
        sent = sent_of(page, receiver, now, directory)
        rows = rows_of(page, receiver, now, directory)
        is_ours = bool(self._call(partial(keep, sent=sent, rows=rows, shard=self._shard)))
        metrics.DIGESTS.labels("sent" if is_ours else "elsewhere").inc()
        if is_ours:
            told = {"week": page.week, "receiver": receiver, "ways": len(rows)}
            logger().info("the weekly page is on its way", **told)
        return is_ours

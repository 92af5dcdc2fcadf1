"""Once an hour our own warnings are held against the surveys, and customers counted, for the metrics.

The figures move with days, not with minutes, and reading a year of answers takes a moment; so nothing
waits for them, and a reading that fails is tried again an hour later.
"""

import asyncio
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

from alerts.pause import pause
from service.logs import logger
from service.scored import CUSTOMERS, show
from service.store.reads import Reads
from service.weekly.customers import flows_now
from service.weekly.scoring import early_now
from service.weekly.sending import World

EVERY_S = 3600.0
# A service that has just begun has nothing to score yet.
UNTIL_FIRST_S = 60.0


class Scoring:
    """Look every hour, beside the courier."""

    def __init__(self, reads: Reads, world: Callable[[], World | None]) -> None:
        """Take what reads the store, and what tells the configuration in force."""
        self._reads = reads
        self._world = world

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            has_looked = False
            try:
                has_looked = await run_in_threadpool(self.look)
            except Exception as error:  # noqa: BLE001 - a figure that fails must stop nothing else
                logger().warning("our warnings could not be scored", detail=str(error))
            await pause(stop, EVERY_S if has_looked else UNTIL_FIRST_S)

    def look(self) -> bool:
        """Score once and show it; tell whether there was anything to look at."""
        world = self._world()
        if world is None or not self._reads.newest():
            return False
        surveys, directory = world.compiled.surveys, world.compiled.directory
        if surveys:
            show(early_now(self._reads, surveys, directory))
        flows = flows_now(self._reads, world.settings.configuration.customers, directory.zone)
        CUSTOMERS.clear()
        for flow, people in flows.items():
            CUSTOMERS.labels(flow).set(people)
        return True

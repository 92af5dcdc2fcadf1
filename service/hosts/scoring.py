"""Once an hour our own warnings are held against the surveys, for the metrics.

The figures move with days, not with minutes, and reading a year of answers takes a moment; so nothing
waits for them, and a reading that fails is tried again an hour later.
"""

import asyncio
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool

from alerts.directory import Directory
from alerts.pause import pause
from service.errors import ErosionError
from service.logs import logger
from service.scored import show
from service.settings.survey import Survey
from service.store.reads import Reads
from service.weekly.scoring import early_now
from service.weekly.sending import World

EVERY_S = 3600.0
Watched = tuple[Sequence[Survey], Directory | None]


def watched(world: World | None) -> Watched:
    """Return what there is to score by in the configuration in force."""
    if world is None:
        return (), None
    return world.compiled.surveys, world.compiled.directory


class Scoring:
    """Look every hour, beside the courier."""

    def __init__(self, reads: Reads, watched: Callable[[], Watched]) -> None:
        """Take what reads the store, and what tells the surveys and the directory in force."""
        self._reads = reads
        self._watched = watched

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            try:
                await run_in_threadpool(self.look)
            except ErosionError as error:
                logger().warning("our warnings could not be scored", detail=str(error))
            await pause(stop, EVERY_S)

    def look(self) -> None:
        """Score once and show it; without surveys there is nothing to score by."""
        surveys, directory = self._watched()
        if surveys and directory and self._reads.newest():
            show(early_now(self._reads, surveys, directory))

"""The auditor: every minute it holds state against deliveries, and is loud about what it finds."""

import asyncio
from collections import Counter
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

from alerts.pause import pause
from service import metrics
from service.errors import ErosionError
from service.logs import logger
from service.store.audit import KINDS, Finding, findings
from service.store.reads import Reads

EVERY_S = 60.0
SHOWN_MAX = 5


class Auditor:
    """Look every minute, beside the courier."""

    def __init__(self, reads: Reads, now: Callable[[], int]) -> None:
        """Take what reads the store, and the desk's time."""
        self._reads = reads
        self._now = now
        self._known: set[Finding] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            try:
                await run_in_threadpool(self.look)
            except ErosionError as error:
                logger().warning("the auditor could not look", detail=str(error))
            await pause(stop, EVERY_S)

    def look(self) -> set[Finding]:
        """Look once; show how much was found, and log what is new."""
        found = set(findings(self._reads, self._now()))
        counts = Counter(finding.kind for finding in found)
        for kind in KINDS:
            metrics.AUDIT.labels(kind).set(counts[kind])
        for kind in sorted({finding.kind for finding in found - self._known}):
            about = sorted(item.about for item in found - self._known if item.kind == kind)
            logger().error(
                "the auditor found what should not be",
                kind=kind,
                count=len(about),
                about=about[:SHOWN_MAX],
            )
        self._known = found
        return found

"""A process of the desk role: the courier, until a signal comes."""

import asyncio
import signal

from alerts.courier import Courier
from service.hosts.pulse import Pulse

BEAT_S, PAUSE_S = 1.0, 0.25


class CourierHost:
    """Run a courier in the main thread."""

    def __init__(self, courier: Courier) -> None:
        """Take the courier; nothing runs before `run`."""
        self._courier = courier
        self.pulse = Pulse()

    def run(self) -> None:
        """Deliver until a signal comes."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        stop = stopping()
        beating = asyncio.create_task(self._beat())
        try:
            await self._courier.run(stop, pause_s=PAUSE_S)
        finally:
            beating.cancel()

    async def _beat(self) -> None:
        while True:
            self.pulse.beat()
            await asyncio.sleep(BEAT_S)


def stopping() -> asyncio.Event:
    """Return what is set when the process is asked to end."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop

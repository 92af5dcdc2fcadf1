"""A process of the desk role: the courier, until a signal comes."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence

from alerts.courier import Courier
from service import metrics
from service.hosts.pulse import Pulse

BEAT_S = 1.0


Beside = Callable[[asyncio.Event], Coroutine[None, None, None]]


class CourierHost:
    """Run a courier, and what belongs beside it, in the main thread."""

    def __init__(self, courier: Courier, besides: Sequence[Beside] = ()) -> None:
        """Take the courier; nothing runs before `run`."""
        self._work = (courier.run, *besides)
        self.pulse = Pulse(show=metrics.HEARTBEAT.set_to_current_time)

    def run(self) -> None:
        """Deliver until a signal comes."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        stop = stopping()
        beating = asyncio.create_task(self._beat())
        try:
            await together(self._work, stop)
        finally:
            beating.cancel()

    async def _beat(self) -> None:
        while True:
            self.pulse.beat()
            await asyncio.sleep(BEAT_S)


async def together(work: Sequence[Beside], stop: asyncio.Event) -> None:
    """Run all of it until told to stop; one that fails ends the others."""
    async with asyncio.TaskGroup() as tasks:
        for one in work:
            tasks.create_task(one(stop))


def stopping() -> asyncio.Event:
    """Return what is set when the process is asked to end."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop

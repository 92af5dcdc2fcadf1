"""The embedded host: intake, engine, desk and courier in one process, with SQLite.

Three threads: the event loop takes HTTP, the writer owns the storage, the courier has an event
loop of its own, since its outbox waits for the writer and must not keep the door waiting too.
Stopping goes door, writer, courier; being killed at any point is as good as stopping.
"""

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence
from threading import Thread

from starlette.applications import Starlette

from alerts.courier import Courier
from service.hosts.couriers import Beside, together
from service.hosts.notify import Notify
from service.hosts.pulse import Pulse, Watchdog
from service.hosts.server import Server, config_of, listen
from service.hosts.writer import Writer
from service.settings import ProcessSettings

STOP_S = 5
WATCH_S = 0.2


class Embedded:
    """Run the parts that bootstrap joined, until told to stop or the writer fails."""

    def __init__(
        self,
        app: Starlette,
        writer: Writer,
        courier: Courier,
        pulse: Pulse,
        reload: Callable[[], None],
        process: ProcessSettings,
        besides: Sequence[Beside] = (),
    ) -> None:
        """Take the parts; nothing runs before `run`, which beats the pulse.

        `reload` is called in a thread of its own when a SIGHUP comes; `besides` run in the courier's.
        """
        self._process = process
        self._besides = besides
        self._reload = reload
        self._pulse = pulse
        self._app = app
        self._writer = writer
        self._courier = courier
        self._is_open = False

    def run(self, address: tuple[str, int], ready: Callable[[int], None]) -> None:
        """Serve until a signal comes; `ready` is told the port once it listens."""
        listening = listen(address)
        self._writer.start()
        courier = _CourierThread([self._courier.run, *self._besides])
        courier.start()
        watchdog = Watchdog(self._pulse)
        watchdog.start()
        notify = Notify(self._trouble, self._pulse.still)
        notify.begin()
        try:
            asyncio.run(self._serve(listening, ready, courier))
        finally:
            notify.stopping()
            watchdog.stop()
            courier.stop()
            self._writer.stop()
            notify.end()
        failed = self._writer.failed or courier.failed
        if failed is not None:
            raise failed

    def _trouble(self) -> str:
        return self._writer.trouble() if self._is_open else "not listening yet"

    def _on_hangup(self) -> None:
        Thread(target=self._reload, name="reload", daemon=True).start()

    async def _serve(
        self, listening: socket.socket, ready: Callable[[int], None], courier: Thread
    ) -> None:
        server = Server(config_of(self._app, self._process, STOP_S))
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, server.leave)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._on_hangup)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not serving.done():
            self._pulse.beat()
            if server.started and not self._is_open:
                self._is_open = True
                ready(listening.getsockname()[1])
            # Half a service would look alive while nobody is told anything.
            if self._writer.failed is not None or not courier.is_alive():
                server.should_exit = True
            await asyncio.wait({serving}, timeout=WATCH_S if self._is_open else 0.01)
        await serving


class _CourierThread(Thread):
    """Give the courier, and what runs beside it, an event loop of its own."""

    def __init__(self, work: Sequence[Beside]) -> None:
        super().__init__(name="courier", daemon=True)
        self._work = work
        self._loop = asyncio.new_event_loop()
        self._stop_flag = asyncio.Event()
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            self._loop.run_until_complete(together(self._work, self._stop_flag))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the process must end
            self.failed = error

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop_flag.set)
        self.join(timeout=STOP_S)
        if not self.is_alive():
            self._loop.close()

"""The pages of a role that has no door: health, metrics and lists, from a thread of their own.

A thread, because the event loop of a role belongs to its work: a page must answer while that works
hard, and its own slowness must not hold up a shard.
"""

import asyncio
import socket
from collections.abc import Callable
from threading import Thread

from starlette.applications import Starlette

from service.hosts.notify import Notify
from service.hosts.server import Server, config_of, listen
from service.settings import ProcessSettings


class Pages:
    """Serve an application until told to stop."""

    def __init__(
        self,
        app: Starlette,
        process: ProcessSettings,
        ready: Callable[[int], None],
        notify: Notify,
    ) -> None:
        """Listen at once, so that a port that is taken is told before anything begins.

        `notify` tells the service manager what the pages tell whoever asks.
        """
        self._socket: socket.socket = listen(process.address)
        self._ready = ready
        self._notify = notify
        self._server = Server(config_of(app, process, stop_s=1))
        self._thread = Thread(target=self._run, name="pages", daemon=True)

    def __enter__(self) -> None:
        """Begin to answer, and tell the port."""
        self._thread.start()
        self._notify.begin()
        self._ready(int(self._socket.getsockname()[1]))

    def __exit__(self, *error: object) -> None:
        """Answer no longer."""
        self._notify.end()
        self._server.leave()
        self._thread.join(timeout=3)

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

"""The pages of a role that has no door: health, metrics and lists, from a thread of their own.

A thread, because the event loop of a role belongs to its work: a page must answer while that works
hard, and its own slowness must not hold up a shard.
"""

import asyncio
import socket
from collections.abc import Callable
from threading import Thread

import uvicorn
from starlette.applications import Starlette

from service.hosts.server import Server, listen


class Pages:
    """Serve an application until told to stop."""

    def __init__(
        self, app: Starlette, address: tuple[str, int], ready: Callable[[int], None]
    ) -> None:
        """Listen at once, so that a port that is taken is told before anything begins."""
        self._socket: socket.socket = listen(address)
        self._ready = ready
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        self._server = Server(config)
        self._thread = Thread(target=self._run, name="pages", daemon=True)

    def __enter__(self) -> None:
        """Begin to answer, and tell the port."""
        self._thread.start()
        self._ready(int(self._socket.getsockname()[1]))

    def __exit__(self, *error: object) -> None:
        """Answer no longer."""
        self._server.leave()
        self._thread.join(timeout=3)

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

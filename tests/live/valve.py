"""A network that can be cut: bytes between workers and a broker stand still until it is mended.

While it is shut nothing passes and nothing is refused, as when packets are dropped; afterwards what
was on its way arrives, as TCP sends it again.  Shut to one side only, it is the half-open line on
which a worker still sends and never hears.  A new connection waits as well.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread


class Valve:
    """Pass bytes on between a port of its own and another, while it is open."""

    def __init__(self, to: int) -> None:
        """Listen on a free port, open."""
        self._to = to
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._open = {"there": Event(), "back": Event()}
        self.mend()
        Thread(target=self._listen, daemon=True).start()

    def shut(self, *ways: str) -> None:
        """Let nothing pass, or only nothing `there` or `back`."""
        for way in ways or self._open:
            self._open[way].clear()

    def mend(self) -> None:
        """Let everything pass, also what waits."""
        for way in self._open.values():
            way.set()

    def close(self) -> None:
        """Listen no more."""
        self.mend()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        self._open["there"].wait()
        try:
            far = socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            near.close()
            return
        Thread(target=self._pass, args=(near, far, "there"), daemon=True).start()
        self._pass(far, near, "back")

    def _pass(self, come: socket.socket, go: socket.socket, way: str) -> None:
        with suppress(OSError):
            while data := come.recv(65536):
                self._open[way].wait()
                go.sendall(data)
        for side in (come, go):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)


@contextmanager
def valve(to: int) -> Iterator[Valve]:
    """Give a valve before a port until the block ends."""
    made = Valve(to)
    try:
        yield made
    finally:
        made.close()

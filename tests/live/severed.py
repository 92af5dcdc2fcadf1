"""A line to a server that breaks at the worst moments: around the commit, without an answer."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

# As it is sent; the beginning of a transaction speaks of READ COMMITTED.
WORD = b"COMMIT\0"


class Line:
    """Pass bytes on until `sever` says where to hang up, once.

    `after`: the server commits, and its answer is lost.  `before`: the commit is lost, and the
    server does not learn that nobody is there any more.
    """

    def __init__(self, port: int) -> None:
        """Listen on a free port, and pass on to another."""
        self._to = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self._left: list[socket.socket] = []
        self.port: int = self._door.getsockname()[1]
        self.sever = ""
        Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        for left in (self._door, *self._left):
            left.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                Thread(target=self._ask, args=(near, far), daemon=True).start()
                Thread(target=self._answer, args=(far, near), daemon=True).start()

    def _ask(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                where, self.sever = (self.sever, "") if WORD in data else ("", self.sever)
                if where:
                    near.shutdown(socket.SHUT_RDWR)
                if where == "before":
                    self._left.append(far)
                    return
                far.sendall(data)
        with suppress(OSError):
            far.shutdown(socket.SHUT_WR)

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                near.sendall(data)
        for side in (near, far):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            if side not in self._left:
                side.close()


@contextmanager
def line(port: int) -> Iterator[Line]:
    """Give a line until the block ends."""
    made = Line(port)
    try:
        yield made
    finally:
        made.close()

"""The door of a process: a socket on loopback, and a server that ends when we say so."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import uvicorn

from service.errors import BusyError, ConfigurationError


class Server(uvicorn.Server):
    """Leave signals to us: the library's own way ends the process before the writer has."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def leave(self) -> None:
        """End when what is in hand is answered."""
        self.should_exit = True


def listen(address: tuple[str, int]) -> socket.socket:
    """Return a listening socket; raise BusyError with what to do if the port is taken."""
    host, port = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind(address)
        found.listen(512)
    except OSError as error:
        found.close()
        hint = "stop what listens there, or choose another: EROSION_BIND=127.0.0.1:8081"
        raise BusyError(f"cannot listen on {host}:{port}: {error.strerror}", hint) from None
    return found


def refuse_public(host: str) -> None:
    """Refuse an address that others could reach: there is no login yet to protect it."""
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigurationError([f"EROSION_BIND: {host} is not a loopback address; use 127.0.0.1"])

"""The door of a process: a socket on loopback, and a server that ends when we say so."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from service.errors import BusyError
from service.settings import ProcessSettings


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


def config_of(app: Starlette, process: ProcessSettings, stop_s: int) -> uvicorn.Config:
    """Return how to serve an application: with TLS where there is a certificate."""
    return uvicorn.Config(
        app,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=stop_s,
        ssl_certfile=process.tls_cert,
        ssl_keyfile=process.tls_key,
        proxy_headers=False,
        server_header=False,
    )

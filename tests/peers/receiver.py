"""A receiver that counts: what it was told, how often, under which key, and when first.

Both sides post the same shape to it, that of Alertmanager's webhook in version 4.
"""

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RESET = 0


@dataclass
class Mode:
    """Say how to answer: a status (0 resets the line after the body), headers, a delay."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0


@dataclass
class Told:
    """Hold what came, until it is read."""

    mode: Mode = field(default_factory=Mode)
    attempts: int = 0
    firing: Counter[str] = field(default_factory=Counter)
    resolved: Counter[str] = field(default_factory=Counter)
    first: dict[str, float] = field(default_factory=dict)
    keys: dict[str, set[str]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    def clear(self) -> None:
        """Forget everything."""
        self.mode, self.attempts = Mode(), 0
        for counted in (self.firing, self.resolved, self.first, self.keys, self.seen):
            counted.clear()

    def take(self, body: dict[str, Any], key: str, *, accepted: bool) -> None:
        """Count one post."""
        with self.lock:
            self.attempts += 1
            for alert in body["alerts"]:
                name = alert["labels"].get("alert_id") or alert["labels"]["id"]
                self.seen[name] += 1
                if accepted:
                    self._accept(name, alert["status"], key)

    def _accept(self, name: str, status: str, key: str) -> None:
        if status == "resolved":
            self.resolved[name] += 1
            return
        self.firing[name] += 1
        self.first.setdefault(name, time.monotonic())
        if key:
            self.keys.setdefault(name, set()).add(key)

    def duplicates(self) -> int:
        """Count what was accepted more than once."""
        return sum(count - 1 for count in self.firing.values())


class _Handler(BaseHTTPRequestHandler):
    """Answer each post as the mode says."""

    told: Told

    def do_POST(self) -> None:
        """Take one post."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mode = self.told.mode
        time.sleep(mode.delay_s)
        self.told.take(body, self.headers.get("webhook-id", ""), accepted=mode.status == 200)
        if mode.status == RESET:
            now = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
            self.close_connection = True
            return
        try:
            self.send_response(mode.status)
            for name, value in (mode.headers | {"Content-Length": "0"}).items():
                self.send_header(name, value)
            self.end_headers()
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a peer that hung up."""


@contextmanager
def receiving() -> Iterator[Told]:
    """Run a receiver on a free port of the loopback."""
    told = Told()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"told": told}))
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()

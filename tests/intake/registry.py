"""A registry of schemas for tests: three endpoints of the real one, over HTTP on loopback."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

UNKNOWN = {"error_code": 40403, "message": "Schema not found"}


class FakeRegistry:
    """Keep schemas by number and subject; `broken` makes it answer so to everything."""

    def __init__(self) -> None:
        """Begin empty."""
        self.schemas: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.broken: tuple[int, bytes] | None = None
        self.address = ""

    def add(self, subject: str, schema: Any, *references: str, kind: str = "") -> int:
        """Register a schema and return its number."""
        named = [{"name": name, "subject": name, "version": 1} for name in references]
        entry = {"schema": json.dumps(schema), "subject": subject, "references": named}
        self.schemas.append(entry | ({"schemaType": kind} if kind else {}))
        return len(self.schemas)

    def answer(self, path: str) -> tuple[int, bytes]:
        """Return status and body for a path."""
        self.asked.append(path)
        if self.broken is not None:
            return self.broken
        found = self._found(path.strip("/").split("/"))
        return (404, json.dumps(UNKNOWN).encode()) if found is None else (200, found)

    def _found(self, parts: list[str]) -> bytes | None:
        if parts[:2] == ["schemas", "ids"] and 0 < int(parts[2]) <= len(self.schemas):
            return json.dumps(self.schemas[int(parts[2]) - 1]).encode()
        if parts[0] == "subjects":
            entries = [entry for entry in self.schemas if entry["subject"] == parts[1]]
            return json.dumps(entries[int(parts[3]) - 1]).encode() if entries else None
        return None


@contextmanager
def fake_registry() -> Iterator[FakeRegistry]:
    """Run one until the block ends."""
    registry = FakeRegistry()

    class Handler(BaseHTTPRequestHandler):
        """Answer for the registry."""

        def do_GET(self) -> None:
            """Answer a question."""
            self._send(*registry.answer(self.path))

        def do_POST(self) -> None:
            """Register what is sent."""
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            number = registry.add(self.path.split("/")[2], json.loads(sent["schema"]))
            self._send(200, json.dumps({"id": number}).encode())

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    registry.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

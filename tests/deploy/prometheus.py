"""A real Prometheus on a free port of loopback, with its data in a folder of the test."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.live.needs import program
from tests.running import free_port, until


class Prometheus:
    """Ask a running Prometheus."""

    def __init__(self, url: str) -> None:
        """Take where it listens."""
        self._client = httpx.Client(base_url=url, timeout=30)

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """Return the series of an instant query; an error is raised with what Prometheus says."""
        answer = self._client.get("/api/v1/query", params={"query": expression}).json()
        if answer["status"] != "success":
            raise AssertionError(f"{expression}: {answer['error']}")
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def range(
        self, expression: str, begin: int, end: int, step: str = "2h"
    ) -> list[dict[str, Any]]:
        """Return the series of a query over a time, two hours apart or as told."""
        params: dict[str, str | int] = {
            "query": expression,
            "start": begin,
            "end": end,
            "step": step,
        }
        answer = self._client.get("/api/v1/query_range", params=params).json()
        if answer["status"] != "success":
            raise AssertionError(f"{expression}: {answer['error']}")
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def get(self, path: str) -> Any:
        """Return the data of another question, such as `rules` or `targets`."""
        return self._client.get(f"/api/v1/{path}").json()["data"]

    def is_ready(self) -> bool:
        """Tell whether it answers."""
        try:
            return self._client.get("/-/ready").is_success
        except httpx.TransportError:
            return False

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


@contextmanager
def prometheus(folder: Path, text: str, lookback: str = "5m") -> Iterator[Prometheus]:
    """Run a Prometheus with a configuration until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    config, port = folder / "prometheus.yml", free_port()
    config.write_text(text)
    place = [f"--storage.tsdb.path={folder / 'tsdb'}", f"--web.listen-address=127.0.0.1:{port}"]
    # The first word may be spoken before it has found who is to hear it.
    place += ["--rules.alert.resend-delay=1s", f"--query.lookback-delta={lookback}"]
    place.append("--storage.tsdb.retention.time=10y")
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [program("prometheus"), f"--config.file={config}", *place], stdout=log, stderr=log
        )
    found = Prometheus(f"http://127.0.0.1:{port}")
    try:
        until(found.is_ready, seconds=60)
        yield found
    finally:
        found.close()
        process.terminate()
        process.wait(30)

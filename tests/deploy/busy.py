"""Some minutes of a busy service, for the picture of its own dashboard.

The weeks of the other pictures are filled in under the time of the story, a look each half hour; what
a dashboard shows of the service itself are rates over minutes, which only a real run has.  So this one
runs for a while: late facts at once and then in their time, lines that are turned away, and a mail
server that is away for a minute.
"""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from service.simulator.run import run
from tests.deploy.prometheus import Prometheus, prometheus
from tests.running import Running, free_port, service

CONFIG = Path("config")
RUN_S, AWAY_S, EVERY_S = 420, 60, 2
WRONG = b'{"id": "x", "source": "/nowhere"}\n'
SCRAPES = """\
global: {{scrape_interval: 2s, evaluation_interval: 2s}}
scrape_configs:
  - job_name: erosion
    static_configs: [{{targets: ["{address}"]}}]
"""


def lived(folder: Path) -> Iterator[tuple[Prometheus, int, int]]:
    """Yield a Prometheus that has seen a busy service, and the first and last second of it."""
    stream, port = folder / "stream.ndjson", free_port()
    start = (datetime.now(UTC) - timedelta(days=6)).date().isoformat()
    run(stream, folder / "truth.json", seed=3, dealers=400, weeks=2, start=start)
    with service(
        folder / "data",
        CONFIG,
        EROSION_SMTP_HOST="127.0.0.1",
        EROSION_SMTP_PORT=str(port),
        EROSION_SMTP_TLS="none",
        EROSION_SMTP_FROM="erosion@aurora.example",
    ) as running:
        text = SCRAPES.format(address=running.address.removeprefix("http://"))
        with prometheus(folder / "prometheus", text) as found:
            begin = int(time.time())
            _feed(running, stream.read_bytes().splitlines(keepends=True), port)
            yield found, begin, int(time.time())


def _feed(running: Running, lines: list[bytes], port: int) -> None:
    """Send each line in its time, and now and then one that is turned away."""
    begun, sent = time.monotonic(), 0
    mails = Controller(Sink(), hostname="127.0.0.1", port=port)
    with closing(_Server(mails)) as server:
        while (passed := time.monotonic() - begun) < RUN_S:
            come = sent
            while come < len(lines) and _second(lines[come]) <= time.time():
                come += 1
            assert running.post(b"".join(lines[sent:come]) + WRONG).status_code in (202, 422)
            sent = come
            if passed > AWAY_S:
                server.start()
            time.sleep(EVERY_S)


class _Server:
    """Start a mail server once, and end it."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._runs = False

    def start(self) -> None:
        if not self._runs:
            self._runs = True
            self._controller.start()

    def close(self) -> None:
        if self._runs:
            self._controller.stop()


def _second(line: bytes) -> float:
    return datetime.fromisoformat(json.loads(line)["recordedtime"]).timestamp()

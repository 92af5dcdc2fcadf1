"""The Slack emulator as a process of its own, on the loopback."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.needs import cache, lacking, program

FOLDER = "slack-emulator-0.11.2"


@contextmanager
def emulator() -> Iterator[str]:
    """Run it on a free port, and give the address of its Web API."""
    node, folder = program("node"), cache() / FOLDER
    if not folder.is_dir():
        lacking("the Slack emulator is not there")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = Path(__file__).with_name("emulate.mjs")
    running = subprocess.Popen([node, script, folder, str(port)], stdout=subprocess.PIPE)
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        yield f"http://127.0.0.1:{port}/api/"
    finally:
        running.terminate()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()

"""What the README shows runs as shown: its commands, its event, its configuration.

Each `console` block is typed into a shell with our own programs first in the path, and every line
that it is said to print must come out.  A line of three dots stands for what is left out.
"""

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
README = (ROOT / "README.md").read_text("utf-8")
LINES_MIN, LINES_MAX = 100, 150
START_S = 20.0


def blocks(page: str, language: str) -> list[str]:
    """Return a page's fenced blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def run_shell(line: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run one line of a page as its reader would, with our own programs first."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("EROSION_")}
    own["PATH"] = f"{BIN}{os.pathsep}{own['PATH']}"
    return subprocess.run(
        ["/bin/bash", "-c", line],
        cwd=folder,
        env=own,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def sessions() -> dict[str, list[str]]:
    """Return the README's commands in `console` blocks, each with the lines it is said to print."""
    found: dict[str, list[str]] = {}
    for block in blocks(README, "console"):
        for session in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, *printed = session.splitlines()
            found[line] = printed
    return found


@contextmanager
def service(folder: Path) -> Iterator[str]:
    """Run the real service on the shipped configuration; yield where it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    own = {name: text for name, text in os.environ.items() if not name.startswith("EROSION_")}
    own |= {"EROSION_BIND": address, "EROSION_DATA": str(folder / "data")}
    with (folder / "service.log").open("w") as log:
        process = subprocess.Popen(
            [BIN / "erosion", "run"], cwd=ROOT, env=own, stdout=log, stderr=log
        )
    try:
        await_ready(f"http://{address}/ready", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=START_S)


def await_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Return when the service takes events; fail when it ends or takes too long."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(address).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail("the service did not start")


def test_readme_yaml() -> None:
    """Each line of the README's YAML stands in the shipped file, in that order."""
    shipped = iter((ROOT / "config" / "test-drive.yaml").read_text("utf-8").splitlines())
    (excerpt,) = blocks(README, "yaml")
    assert [line for line in excerpt.splitlines() if line not in shipped] == []


@pytest.mark.parametrize("line", [line for line in sessions() if line.startswith("erosion ")])
def test_readme_commands(line: str) -> None:
    """A command that the README shows runs as shown, and prints what stands there."""
    run = run_shell(line)
    assert run.returncode == 0, run.stderr
    printed = (run.stdout + run.stderr).splitlines()
    missing = [text for text in sessions()[line] if text != "..." and text not in printed]
    assert not missing


def test_readme_event(tmp_path: Path) -> None:
    """The README's event is taken by the running service."""
    (line,) = (line for line in sessions() if line.startswith("curl "))
    assert "http://127.0.0.1:8080/" in line
    with service(tmp_path) as address:
        run = run_shell(line.replace("127.0.0.1:8080", address))
        metrics = httpx.get(f"http://{address}/metrics").text
    assert run.stdout.splitlines() == sessions()[line], run.stderr
    assert not re.search(r"^erosion_rejected_total\{.*\} [1-9]", metrics, re.MULTILINE)


def test_every_console_block_runs() -> None:
    """No console block of the README stands aside from the tests above."""
    assert {shlex.split(line)[0] for line in sessions()} == {"erosion", "curl"}


def test_readme_is_short() -> None:
    """The README has between 100 and 150 lines."""
    assert LINES_MIN <= len(README.splitlines()) <= LINES_MAX


def test_readme_speaks_spanish() -> None:
    """The Spanish README has as many sections and shows the same messages, commands and configuration."""
    spanish = (ROOT / "README.es.md").read_text("utf-8")
    assert len(re.findall(r"^## ", spanish, re.MULTILINE)) == len(
        re.findall(r"^## ", README, re.MULTILINE)
    )
    for language in ("text", "console", "yaml"):
        assert blocks(spanish, language) == blocks(README, language)


def test_recipes_name_files() -> None:
    """Each file that CONTRIBUTING and the README name in backticks is there."""
    for page in ("CONTRIBUTING.md", "README.md", "README.es.md"):
        text = (ROOT / page).read_text("utf-8")
        named = re.findall(r"`((?:service|alerts|tests|config|docs)/[\w./-]+)`", text)
        assert named
        assert not [name for name in named if "NAME" not in name and not (ROOT / name).exists()]

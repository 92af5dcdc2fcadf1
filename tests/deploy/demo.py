"""The scripts of the demo world, run here as they run in its containers."""

import os
import subprocess
import sys
from pathlib import Path

from tests.deploy.lint import DEPLOY
from tests.running import COMMAND, environment


def script(folder: Path, name: str, *arguments: Path, **more: str) -> "subprocess.Popen[bytes]":
    """Start a script of the demo world; `erosion` and `python` are those of this test.

    What it says goes to `said.txt`.
    """
    shims = folder / "bin"
    shims.mkdir(exist_ok=True)
    for program, line in (("erosion", COMMAND), ("python", [sys.executable])):
        quoted = " ".join(f"'{part}'" for part in line)
        (shims / program).write_text(f'#!/bin/sh\nexec {quoted} "$@"\n')
        (shims / program).chmod(0o755)
    paths = {"PATH": f"{shims}:{os.environ['PATH']}"}
    with (folder / "said.txt").open("ab") as said:
        return subprocess.Popen(
            ["/bin/sh", DEPLOY / "demo" / name, *arguments],
            env=environment(folder / "data", **paths, **more),
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def secrets(folder: Path) -> Path:
    """Make the secrets of the demo world; return their folder."""
    made = folder / "secrets"
    making = script(folder, "secrets.sh", made)
    assert making.wait(timeout=60) == 0, (folder / "said.txt").read_text()
    return made

"""The programs that look at the files of deploy/, in an environment of their own."""

import subprocess
from pathlib import Path

from tests.live.needs import cache, lacking

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
LINT = "lint-1"


def linter(name: str) -> Path:
    """Return the path of a program of that environment."""
    found = cache() / LINT / "bin" / name
    if not found.exists():
        lacking(f"{name} is not there")
    return found


def ran(program: Path | str, *arguments: Path | str) -> str:
    """Run a program from the root of the project; return what it said, or fail with it."""
    done = subprocess.run(
        [program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said

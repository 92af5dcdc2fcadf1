"""A disk of a few mebibytes, for tests that fill it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.needs import program


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """Mount a disk at a folder until the block ends; skip where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={mebibytes}m"
    line = [program("mount"), "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    done = subprocess.run(line, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"mounting needs root; type: sudo {sys.executable} -m pytest tests/live")
    try:
        yield folder
    finally:
        subprocess.run([program("umount"), "-l", str(folder)], check=True)


def grow(folder: Path, mebibytes: int) -> None:
    """Give a small disk more room."""
    size = f"remount,size={mebibytes}m"
    subprocess.run([program("mount"), "-o", size, str(folder)], check=True)

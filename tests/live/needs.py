"""Ask for a system program: without it a test skips with the line to type; under CI it fails."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def program(name: str) -> str:
    """Return the path of a program."""
    found = shutil.which(name)
    if found is None:
        lacking(f"{name} is not installed")
    return found


def lacking(what: str) -> NoReturn:
    """Skip, or under CI fail, with what is not there and the line to type."""
    line = f"{what}; type: make test-deps"
    if os.environ.get("CI") == "true":
        pytest.fail(line)
    pytest.skip(line)


def cache() -> Path:
    """Return the folder of this user that holds what `make test-deps` fetched."""
    given = os.environ.get("EROSION_TEST_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "erosion-tests"

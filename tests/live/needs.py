"""Ask for a system program: without it a test skips with the line to type; under CI it fails."""

import os
import shutil

import pytest


def program(name: str) -> str:
    """Return the path of a program."""
    found = shutil.which(name)
    if found is None:
        line = f"{name} is not installed; type: make test-deps"
        if os.environ.get("CI") == "true":
            pytest.fail(line)
        pytest.skip(line)
    return found

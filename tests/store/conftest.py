"""The databases on which every test of behaviour runs."""

from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database of each kind."""
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres").fresh()
        return found
    return f"sqlite:///{tmp_path / 'data' / 'erosion.db'}"

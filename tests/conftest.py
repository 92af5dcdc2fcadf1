"""Settings for all property tests, and the system programs that tests share.

No stop watch, and the same examples for everyone in CI.  One broker and one PostgreSQL server serve
all tests that need them; each starts when the first of them asks.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.live.broker import Broker

if TYPE_CHECKING:
    from tests.live.postgres import Cluster

settings.register_profile("house", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("house")


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Return a real broker for all tests that leave it standing; each uses topics of its own."""
    with Broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Cluster]":
    """Give a server without fsync, for tests that neither kill nor stop it."""
    from tests.live.postgres import cluster  # noqa: PLC0415 - only for those who need it

    with cluster(fsync=False) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database of each kind."""
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres").fresh()
        return found
    return f"sqlite:///{tmp_path / 'data' / 'erosion.db'}"

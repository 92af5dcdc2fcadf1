"""Settings for all property tests, and the system programs that tests share.

No stop watch, and the same examples for everyone in CI.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.live.broker import Broker

settings.register_profile("house", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("house")


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Return a real broker for all tests that leave it standing; each uses topics of its own."""
    with Broker(tmp_path_factory.mktemp("broker")) as running:
        yield running

"""Settings for all property tests: no stop watch, and the same examples for everyone in CI."""

import os

from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("house")

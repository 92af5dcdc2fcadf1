"""`erosion send-test`: a real message, marked as a test, and an honest exit code."""

from pathlib import Path

from tests.running import erosion
from tests.worlds import write_config


def test_a_test_message_goes_through_the_real_channel(tmp_path: Path) -> None:
    """The console gets the whole message, marked as a test before anything else; exit code 0."""
    config = write_config(tmp_path / "config", {})
    done = erosion(tmp_path / "data", "send-test", "operations", "--config", str(config))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("TEST - This is a test")
    assert "3 people waiting" in done.stdout
    assert "console: delivered" in done.stderr


def test_an_unknown_receiver_names_the_known_ones(tmp_path: Path) -> None:
    """A name that nobody configured is refused with those that are."""
    config = write_config(tmp_path / "config", {})
    done = erosion(tmp_path / "data", "send-test", "nobody", "--config", str(config))
    assert done.returncode == 1
    assert "operations" in done.stderr


def test_a_channel_without_settings_is_no_success(tmp_path: Path) -> None:
    """A receiver of whom one way is not set up ends with exit code 1 and says which."""
    done = erosion(tmp_path / "data", "send-test", "cco", "--config", "config")
    assert done.returncode == 1
    assert "email: permanent" in done.stderr

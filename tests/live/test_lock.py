"""One process owns the data: a second one is refused, also after tricks, and a kill frees it."""

from pathlib import Path

import httpx

from tests.running import erosion, free_port, service
from tests.worlds import line, write_config


def test_the_lock_outlives_its_file_and_dies_with_its_process(tmp_path: Path) -> None:
    """With the lock file deleted a second start is still refused; after kill -9 it is taken in."""
    config, data = write_config(tmp_path / "config", {}), tmp_path / "data"
    elsewhere = {"EROSION_BIND": f"127.0.0.1:{free_port()}"}
    with service(data, config, logs=tmp_path) as running:
        (data / "erosion.lock").unlink()
        second = erosion(data, "run", "--config", str(config), **elsewhere)
        assert second.returncode == 1
        assert "another process is using" in second.stderr
        assert running.post(line("09:00 ask c1 unit=a", 1)).status_code == 202
        running.process.kill()
        running.process.wait(timeout=10)
    with service(data, config, logs=tmp_path) as running:
        assert httpx.get(running.address + "/ready").status_code == 200
        assert running.stop() == 0

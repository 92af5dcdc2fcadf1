"""The demo world's own scripts do what its compose file asks of them."""

import os
import re
import shutil
import signal
import stat
from pathlib import Path

import httpx

from tests.deploy.demo import script, secrets
from tests.running import Running, service, until

CONFIG = Path("config")
NO_MAIL = 'erosion_deliveries_total{channel="email",result="permanent"} 0.0'


def _metrics(running: Running, token: Path) -> str:
    bearer = {"Authorization": f"Bearer {token.read_text().strip()}"}
    return httpx.get(running.address + "/metrics", headers=bearer).raise_for_status().text


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    """Each is readable by its owner alone, and a second start changes none of them."""
    made = secrets(tmp_path)
    files = [path for path in made.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    before = {path: path.read_bytes() for path in files}
    assert len(before) == 9
    secrets(tmp_path)
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


def test_the_feed_is_taken(tmp_path: Path) -> None:
    """The last six days come at once and are not too late, under the token made for that."""
    made = secrets(tmp_path)
    own = Path(shutil.copytree(made / "service", tmp_path / "own"))
    given = (tmp_path / "data", CONFIG)
    with service(*given, EROSION_SECRETS=str(own), EROSION_BEHIND_PROXY="yes") as running:
        assert NO_MAIL in _metrics(running, made / "prometheus" / "token")
        asked = {
            "FEED_TO": running.address,
            "FEED_TOKEN": str(made / "feed" / "token"),
            "FEED_STREAM": str(tmp_path / "stream.ndjson"),
            "FEED_DEALERS": "6",
            "FEED_EVERY": "1",
        }
        feed = script(tmp_path, "feed.sh", **asked)
        try:
            until(lambda: ", 0 rejected" in (tmp_path / "said.txt").read_text(), 60)
        finally:
            os.killpg(feed.pid, signal.SIGTERM)
            feed.wait(timeout=20)
        shown = _metrics(running, made / "prometheus" / "token")
    accepted = re.search(r'erosion_events_total{result="accepted"} (\d+)', shown)
    assert accepted
    assert int(accepted[1]) > 100
    assert 'erosion_events_total{result="too_late"} 0.0' in shown
    assert 'erosion_events_total{result="future"} 0.0' in shown

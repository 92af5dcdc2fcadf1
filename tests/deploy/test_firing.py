"""The real chain: the service scraped by Prometheus as shipped, an alert through Alertmanager."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from service.simulator.run import run
from tests.deploy.demo import secrets
from tests.deploy.lint import DEPLOY
from tests.deploy.prometheus import Prometheus, prometheus
from tests.deploy.test_rules import ALERTS, yaml
from tests.live.needs import program
from tests.peers.receiver import receiving
from tests.peers.sides import Alertmanager
from tests.running import service, until

pytestmark = pytest.mark.live
CONFIG = Path("config")


def text(value: object) -> str:
    """Return a value as YAML."""
    out = StringIO()
    YAML(typ="safe").dump(value, out)
    return out.getvalue()


def scraping(address: str, token: Path, alertmanager: int) -> str:
    """Return the shipped configuration with the places of this test, looking each second."""
    config = yaml(DEPLOY / "prometheus" / "prometheus.yml")
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(DEPLOY / "prometheus" / "rules" / "*.yml")]
    jobs = [job for job in config["scrape_configs"] if job["job_name"].startswith("erosion")]
    for job in jobs:
        del job["dns_sd_configs"]
        job |= {"scrape_interval": "1s", "scrape_timeout": "1s"}
        job["authorization"]["credentials_file"] = str(token)
        job["static_configs"] = [{"targets": [address]}]
    config["scrape_configs"] = jobs
    config["alerting"]["alertmanagers"] = [
        {"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}
    ]
    # The receiver of these tests counts by this label.
    name = {"source_labels": ["alertname"], "target_label": "id"}
    config["alerting"]["alert_relabel_configs"] = [name]
    return text(config)


def routing(port: int) -> str:
    """Return the shipped routes; every receiver is the one of this test, and nobody waits."""
    config = yaml(DEPLOY / "alertmanager" / "alertmanager.yml")
    for route in (config["route"], *config["route"]["routes"]):
        route |= {"group_wait": "0s", "group_interval": "1s"}
    hook = {"url": f"http://127.0.0.1:{port}/hook"}
    config["receivers"] = [
        {"name": one["name"], "webhook_configs": [dict(hook)]} for one in config["receivers"]
    ]
    return text(config)


def test_an_alert_of_ours_arrives(tmp_path: Path) -> None:
    """Facts that come too late fire the shipped rule, and it arrives beside the sign of life."""
    program("prometheus")
    manager = program("prometheus-alertmanager")
    made = secrets(tmp_path)
    own = tmp_path / "service"
    shutil.copytree(made / "service", own)
    stream = tmp_path / "stream.ndjson"
    long_ago = (datetime.now(tz=UTC) - timedelta(days=365)).date().isoformat()
    run(stream, tmp_path / "truth.json", seed=1, dealers=4, weeks=2, start=long_ago)
    sender = {"Authorization": f"Bearer {(made / 'feed' / 'token').read_text().strip()}"}
    given = (tmp_path / "data", CONFIG)
    with (
        service(*given, EROSION_SECRETS=str(own), EROSION_BEHIND_PROXY="yes") as running,
        receiving() as told,
    ):
        side = Alertmanager(manager, tmp_path, told.port, "1s")
        (tmp_path / "am.yml").write_text(routing(told.port))
        side.start()
        address = running.address.removeprefix("http://")
        config = scraping(address, made / "prometheus" / "token", side._port)
        try:
            with prometheus(tmp_path / "prometheus", config) as found:
                until(lambda: found.ask('erosion_events_total{result="too_late"} == 0'), 30)
                assert running.post(stream.read_bytes(), **sender).is_success
                until(lambda: told.firing["ErosionFactsTooLate"], 30)
                until(lambda: told.firing["ErosionAlertingWorks"], 30)
                _all_is_loaded(found)
        finally:
            side.end()
    assert set(told.firing) == {"ErosionFactsTooLate", "ErosionAlertingWorks"}


def _all_is_loaded(found: Prometheus) -> None:
    """Every rule is evaluated without an error, and both jobs are scraped."""
    groups: list[dict[str, Any]] = found.get("rules")["groups"]
    loaded = {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}
    assert set(ALERTS) <= set(loaded)
    assert set(loaded.values()) == {"ok"}, json.dumps(loaded)
    targets = found.get("targets")["activeTargets"]
    up = {target["labels"]["job"]: target["health"] for target in targets}
    assert up == {"erosion": "up", "erosion-units": "up"}

"""A configuration is changed while the service runs: tried, told, kept, in force."""

import json
import signal
from pathlib import Path

import httpx

from tests.running import erosion, service, until
from tests.worlds import line, write_config

SHOPS = "id,name,region,calendar\na,Shop A,north,\nb,Shop B,north,\nc,Shop C,south,\n"


def config(folder: Path, **changes: object) -> Path:
    """Write a configuration whose shops never close."""
    changes = {
        "rules_off": ["objective"],
        "promise": "2h open",
        "files": {"shops.csv": SHOPS},
    } | changes
    return write_config(folder, changes)


def reloaded(running: object, data: Path, *options: str) -> tuple[int, str]:
    """Run `erosion reload`; return its exit code and what it said."""
    address = running.address  # type: ignore[attr-defined]
    done = erosion(data, "reload", "--to", address, *options)
    return done.returncode, done.stdout + done.stderr


def test_a_reload_is_told_before_it_is_done(tmp_path: Path) -> None:
    """The preview says how many open cases move; only then, and only if asked, they do."""
    folder, data = config(tmp_path / "config"), tmp_path / "data"
    with service(data, folder, "--clock", "events") as running:
        body = b"\n".join(line(f"09:00 ask c{i} unit=a", i) for i in range(40))
        assert running.post(body).json()["accepted"] == 40
        hours = {"shop": {"open": {"mon-fri": ["09:00-10:00", "14:00-18:00"]}}}
        shops = {"shops.csv": SHOPS.replace("Shop A,north,", "Shop A,north,shop")}
        config(folder, calendars=hours, files=shops)
        code, said = reloaded(running, data, "--dry-run")
        assert (code, "40 of 40 open cases would fall due" in said) == (0, True), said
        assert json.loads(reloaded(running, data, "--dry-run", "--json")[1])["due_moved"] == 40
        code, said = reloaded(running, data)
        assert (code, "in force" in said) == (0, True), said
        code, said = reloaded(running, data)
        assert "nothing changes" in said


def test_a_wrong_file_changes_nothing(tmp_path: Path) -> None:
    """Every problem is told with its place; the service goes on, also after a new start."""
    folder, data = config(tmp_path / "config"), tmp_path / "data"
    with service(data, folder) as running:
        whole = (folder / "config.yaml").read_text()
        (folder / "config.yaml").write_text(whole[: len(whole) // 2])
        code, said = reloaded(running, data)
        assert code == 1
        assert "config.yaml:" in said
        metrics = httpx.get(running.address + "/metrics").text
        assert "erosion_config_last_reload_successful 0.0" in metrics
        assert running.post(line("09:00 ask c1 unit=a", 1)).status_code == 202
        assert running.stop() == 0
    with service(data, folder) as again:
        assert again.post(line("09:00 ask c2 unit=a", 2)).status_code == 202
        assert "THE CONFIGURATION IS WRONG" in again.log.read_text()


def test_a_hangup_reloads(tmp_path: Path) -> None:
    """SIGHUP takes the changed configuration and tells the log what it did."""
    folder, data = config(tmp_path / "config"), tmp_path / "data"
    with service(data, folder) as running:
        config(folder, promise="3h open")
        running.process.send_signal(signal.SIGHUP)
        until(lambda: "configuration taken" in running.log.read_text())
        (folder / "config.yaml").write_text("schema: [")
        running.process.send_signal(signal.SIGHUP)
        until(lambda: "nothing was changed" in running.log.read_text())
        assert running.process.poll() is None


def test_no_service_no_reload(tmp_path: Path) -> None:
    """Without a service the command says so, and how to start one."""
    done = erosion(tmp_path, "reload", "--to", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "erosion run" in done.stderr

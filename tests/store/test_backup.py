"""A backup is of one instant, whole, private, and puts back what it holds."""

import json
import shutil
import tarfile
import threading
from pathlib import Path

import pytest

from service.bootstrap import build
from service.engine.fold import Engine
from service.errors import BusyError, DamagedError, NotFoundError
from service.hosts.jobs import Batch
from service.hosts.replay import Memory
from service.settings import ProcessSettings
from service.store.backup import read_backup, write_backup
from service.store.restore import restore
from tests.running import erosion, service
from tests.store.damage import content, lived
from tests.stored import stored_results
from tests.worlds import KEY, events_of, line, plan_of, write_config


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a service that has seen a day."""
    return lived(tmp_path_factory.mktemp("backup"))


def _backed_up(data: Path, out: Path) -> Path:
    write_backup(data / "erosion.db", data, KEY.decode(), out, "now")
    return out


def test_what_is_restored_is_what_was_there(whole: Path, tmp_path: Path) -> None:
    """A backup in a new place gives everything back, with the key, readable by its owner only."""
    out = _backed_up(whole, tmp_path / "b.tar")
    assert out.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["b.tar"]
    chunks, kept = restore(out, tmp_path / "new", replace=False, at="1")
    assert (chunks > 5, kept) == (True, None)
    assert (tmp_path / "new" / "customer_key").read_bytes() == KEY
    assert content(tmp_path / "new") == content(whole)


def test_a_backup_under_load_is_of_one_instant(tmp_path: Path) -> None:
    """Taken while events pour in: its results are those of its own log, and no later ones."""
    config = write_config(tmp_path / "config", {"rules_off": ["objective"]})
    data = tmp_path / "data"
    data.mkdir()
    (data / "customer_key").write_bytes(KEY)
    running = build(ProcessSettings(data=data, config=config), clock_events=True)
    lines = [f"{9 + n // 60:02}:{n % 60:02} ask c{n} unit=a customer=k{n}" for n in range(500)]
    events = events_of(plan_of(config), lines)
    copies = threading.Thread(
        target=lambda: [_backed_up(data, tmp_path / f"{n}.tar") for n in "abc"]
    )
    copies.start()
    turns = 0
    while copies.is_alive() or turns < 100:
        running.writer.turn([Batch(events[turns * 5 % 500 :][:5], [])])
        turns += 1
    running.writer.turn([])
    running.store.close()
    for name in "abc":
        restored = tmp_path / name
        restore(tmp_path / f"{name}.tar", restored, replace=False, at="1")
        assert (
            _as_told_by_its_log(restored, config) == stored_results(restored / "erosion.db").hash()
        )


def _as_told_by_its_log(data: Path, config: Path) -> str:
    """Catch up with the log of a restored folder; return the results of folding it alone."""
    again = build(ProcessSettings(data=data, config=config), clock_events=True)
    engine, memory = Engine(), Memory()
    for _, chunk in again.log.read(0):
        memory.apply_frames("main", engine.fold(chunk))
    again.store.close()
    return memory.results.hash()


def test_the_program_backs_up_and_restores(tmp_path: Path) -> None:
    """`backup` works beside the running service, `restore` waits for its end, and neither loses."""
    config = write_config(tmp_path / "config", {})
    data, out = tmp_path / "data", str(tmp_path / "b.tar")
    with service(data, config, "--clock", "events", logs=tmp_path) as running:
        assert running.post(line("09:00 ask c1 unit=a", 1)).status_code == 202
        assert erosion(data, "backup", out).returncode == 0
        assert "another process is using" in erosion(data, "restore", out, "--replace").stderr
        assert running.post(line("09:01 ask c2 unit=a", 2)).status_code == 202
        running.stop()
    assert "3 chunks" in erosion(data, "backup", "--verify", out).stderr
    refused = erosion(data, "restore", out)
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    done = erosion(data, "restore", out, "--replace")
    assert done.returncode == 0, done.stderr
    (kept,) = tmp_path.glob("data.before-*")
    assert (kept / "erosion.db").exists()
    assert "c1" not in erosion(kept, "case", "c2").stdout
    with service(data, config, "--clock", "events", logs=tmp_path) as running:
        running.stop()


@pytest.mark.parametrize("damage", ["cut", "flipped", "another", "stranger", "gone"])
def test_a_bad_backup_changes_nothing(whole: Path, tmp_path: Path, damage: str) -> None:
    """A backup that is cut, flipped, foreign or not there is refused, and the data stays."""
    data = Path(shutil.copytree(whole, tmp_path / "data"))
    out = _backed_up(whole, tmp_path / "b.tar")
    raw = bytearray(out.read_bytes())
    raw[len(raw) // 2] ^= 1
    if damage == "gone":
        out.unlink()
    elif damage == "stranger":
        (tmp_path / "passwd").write_text("x")
        (tmp_path / "backup.json").write_text(json.dumps({"sha256": {"../passwd": "0"}}))
        with tarfile.open(out, "w") as tar:
            tar.add(tmp_path / "backup.json", "backup.json")
            tar.add(tmp_path / "passwd", "../passwd")
    else:
        cut = out.read_bytes()[:40_000]
        out.write_bytes({"cut": cut, "another": b"no tar" * 900}.get(damage, bytes(raw)))
    with pytest.raises((DamagedError, NotFoundError)):
        restore(out, data, replace=True, at="1")
    assert content(data) == content(whole)
    assert not list(tmp_path.glob("data.before*"))


def test_the_engines_checkpoints_come_along(whole: Path, tmp_path: Path) -> None:
    """What stands in the folder of checkpoints is in the backup, too."""
    data = Path(shutil.copytree(whole, tmp_path / "data"))
    (data / "checkpoints").mkdir()
    (data / "checkpoints" / "7.bin").write_bytes(b"state")
    out = _backed_up(data, tmp_path / "b.tar")
    restore(out, tmp_path / "new", replace=False, at="1")
    assert (tmp_path / "new" / "checkpoints" / "7.bin").read_bytes() == b"state"
    with pytest.raises(BusyError, match="data in"):
        restore(out, tmp_path / "new", replace=False, at="1")
    (tmp_path / "unpacked").mkdir()
    assert read_backup(out, tmp_path / "unpacked") > 5

"""Which store an address names, and what is said where it names none."""

import json
from pathlib import Path

import pytest

from alerts.desk import Book, Desk
from service.engine.values import Frame
from service.errors import ConfigurationError, ErosionError
from service.intake.pseudonym import pseudonym
from service.store import database
from service.store.database import open_asking, open_store
from tests.alerts.fakes import DIRECTORY, NOON, signal
from tests.live.postgres import Cluster
from tests.running import erosion
from tests.worlds import KEY, write_config

SERVER = "postgresql://me:secret@127.0.0.1:1/db"


@pytest.mark.parametrize("wrong", ["mysql://me:secret@host/db", "nothing", f"{SERVER}?no=1"])
def test_an_address_that_no_store_has_is_refused(wrong: str) -> None:
    """One clear line, without the password, for another database or a wrong address."""
    with pytest.raises(ConfigurationError, match="EROSION_DATABASE: ") as refused:
        open_store(wrong)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("opened", [open_store, open_asking])
def test_a_missing_driver_is_one_line(opened: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the line to type is told."""
    monkeypatch.setattr(database, "find_spec", lambda name: None)
    with pytest.raises(ErosionError) as missing:
        opened(SERVER)  # type: ignore[operator]
    assert missing.value.hint == "pip install 'revenue-erosion-alerts[postgres]'"


def test_the_embedded_host_keeps_its_file(tmp_path: Path) -> None:
    """`erosion run` with a server's address and the log in SQLite: refused, and why."""
    config = write_config(tmp_path / "config", {})
    run = erosion(tmp_path, "run", "--config", str(config), EROSION_DATABASE=SERVER)
    assert run.returncode == 1
    assert "PostgreSQL goes with EROSION_LOG=kafka" in run.stderr
    assert "secret" not in run.stderr


def test_commands_know_a_server(tmp_path: Path, postgres: Cluster) -> None:
    """What reads needs the address alone; a customer is forgotten there, and a file is asked for."""
    address, known_as = postgres.fresh(), pseudonym(KEY, "k1")
    store = open_store(address)
    said = signal(id="s1", evidence={"cases": [["c1", known_as]]})
    with store.transaction() as transaction:
        transaction.apply_frames("a", [Frame(1, 0, (), (), (), (said,), ())])
        transaction.save_decision(Desk(DIRECTORY).decide(Book(), [said], NOON), "a")
    (tmp_path / "customer_key").write_bytes(KEY)
    shown = erosion(tmp_path, "alerts", "--json", EROSION_DATABASE=address)
    assert json.loads(shown.stdout)["id"] == "s1"
    done = erosion(tmp_path, "forget", "k1", EROSION_DATABASE=address)
    assert "so do the log on Kafka and the checkpoints of its workers" in done.stderr
    assert known_as not in repr(store.rows("SELECT evidence FROM signal"))
    saved = erosion(tmp_path, "backup", str(tmp_path / "b.tar"), EROSION_DATABASE=address)
    assert "need a SQLite file" in saved.stderr
    store.close()


def test_a_server_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    """A command that reads says that the database is away, and what to look at; exit code 75."""
    run = erosion(tmp_path, "alerts", EROSION_DATABASE=SERVER)
    assert run.returncode == 75
    assert "the database at 127.0.0.1:1/db is away" in run.stderr
    assert "what to do: see that the server runs" in run.stderr
    assert "Traceback" not in run.stderr
    assert "secret" not in run.stderr

"""Which store an address names, and what is said where it names none."""

from pathlib import Path

import pytest

from service.errors import ConfigurationError, ErosionError
from service.store import database
from service.store.database import open_asking, open_store
from tests.running import erosion
from tests.worlds import write_config

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


def test_a_server_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    """A command that reads says that the database is away, and what to look at; exit code 75."""
    run = erosion(tmp_path, "alerts", EROSION_DATABASE=SERVER)
    assert run.returncode == 75
    assert "the database at 127.0.0.1:1/db is away" in run.stderr
    assert "what to do: see that the server runs" in run.stderr
    assert "Traceback" not in run.stderr
    assert "secret" not in run.stderr

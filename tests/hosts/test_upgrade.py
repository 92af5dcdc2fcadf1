"""A log of an older version, stored as that version left it, goes on under the rules of this one."""

import gzip
import shutil
import sqlite3
from io import StringIO
from pathlib import Path

import pytest

from service.bootstrap import Service, build
from service.engine.fold import SEMANTICS, Engine
from service.engine.results import Results
from service.errors import DamagedError
from service.settings import ProcessSettings
from tests.stored import stored_results

STORED = Path(__file__).parents[1] / "golden" / "upgrade"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder as version 0.1.0 left it: 455 events, five open alerts."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "erosion.db").write_bytes(gzip.decompress((STORED / "erosion.db.gz").read_bytes()))
    shutil.copy(STORED / "customer_key", folder / "customer_key")
    (folder / "customer_key").chmod(0o600)
    return folder


def begun(data: Path) -> Service:
    """Return the service on a data folder, not running."""
    process = ProcessSettings(data=data, config=Path("config"))
    return build(process, clock_events=True, console=StringIO())


def alerts_of(data: Path) -> dict[str, int]:
    """Return every alert with whether it is open."""
    with sqlite3.connect(data / "erosion.db") as connection:
        return dict(connection.execute("SELECT id, is_open FROM alert").fetchall())


def refolded(service: Service) -> Results:
    """Return what the log gives when this version folds it from its start."""
    results = Results()
    engine = Engine()
    for _, chunk in service.log.read(0):
        results.take(engine.fold(chunk))
    return results


def test_an_older_log_is_brought_under_newer_rules(data: Path) -> None:
    """Rows and counts are those of the new rules, alerts that stand in both stay open."""
    before = alerts_of(data)
    service = begun(data)
    assert service.log.semantics() == SEMANTICS
    wanted = refolded(service)
    service.store.close()
    found = stored_results(data / "erosion.db")
    assert found.outcomes == wanted.outcomes
    readings = {key: counts for key, counts in found.readings.items() if any(counts)}
    assert readings == {key: counts for key, counts in wanted.readings.items() if any(counts)}
    after = alerts_of(data)
    assert {name for name, is_open in before.items() if is_open} <= set(after)
    assert sum(after.values()) >= 4


def test_a_second_start_finds_nothing_to_do(data: Path) -> None:
    """After the upgrade the log is like any other: the same state, no chunk more."""
    first = begun(data)
    seq, frame = first.log.last_seq(), first.loop.engine.frame
    first.store.close()
    alerts = alerts_of(data)
    second = begun(data)
    assert (second.log.last_seq(), second.loop.engine.frame) == (seq, frame)
    second.store.close()
    assert alerts_of(data) == alerts


def test_a_newer_log_is_refused(data: Path) -> None:
    """Rules that this program does not know are not guessed at."""
    service = begun(data)
    with service.store.transaction() as transaction:
        payload = f'{{"kind":"semantics","number":{SEMANTICS + 1},"frame":0}}'
        transaction.append("main", service.loop.engine.now, "control", payload.encode())
    service.store.close()
    with pytest.raises(DamagedError, match="rules of version"):
        begun(data)

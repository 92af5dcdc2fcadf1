"""A customer who was forgotten is nowhere, and every number is as before."""

import json
import re
from pathlib import Path

from service.bootstrap import build
from service.engine.fold import Engine
from service.hosts.jobs import Batch
from service.hosts.replay import Memory
from service.intake.decode import Decoder
from service.intake.pseudonym import pseudonym
from service.rejected import Rejected
from service.settings import ProcessSettings
from service.store.database import open_store
from service.store.digests import Sent, keep
from service.store.forgetting import forget
from service.store.statements import TELL
from tests.running import erosion
from tests.store.damage import content
from tests.worlds import KEY, line, plan_of, write_config

NOBODY = re.compile(r"[0-9a-f]{24}")


def _lived(folder: Path) -> Path:
    """Return a data folder in which k1 asked twice and was once turned away."""
    config = write_config(folder / "config", {"rules_off": ["objective"]})
    data = folder / "data"
    data.mkdir()
    (data / "customer_key").write_bytes(KEY)
    service = build(ProcessSettings(data=data, config=config), clock_events=True)
    decoder = Decoder(plan_of(config), KEY)
    lines = [line(f"09:0{n} ask c{n} unit=a customer=k{n % 4}", n) for n in range(8)]
    lines.append(line("12:00 note -", 9))
    lines.append(json.dumps({"source": "crm", "customer": "k1", "id": "bad"}).encode())
    lines.append(json.dumps({"source": "crm", "customer": "k11", "id": "bad"}).encode())
    items = [item for one in lines for item in decoder.decode(one)]
    events = [item for item in items if not isinstance(item, Rejected)]
    service.writer.turn([Batch(events, [item for item in items if isinstance(item, Rejected)])])
    service.writer.turn([])
    service.store.close()
    return data


def _folded(data: Path, config: Path) -> str:
    """Return what the log gives when it is folded anew, with all pseudonyms made one."""
    service = build(ProcessSettings(data=data, config=config), clock_events=True)
    engine, memory = Engine(), Memory()
    for _, chunk in service.log.read(0):
        memory.apply_frames("main", engine.fold(chunk))
    service.store.close()
    told = repr((memory.results.outcomes, memory.results.readings, memory.results.signals))
    return NOBODY.sub("SOMEBODY", told)


def test_a_forgotten_customer_is_nowhere_and_counts_stay(tmp_path: Path) -> None:
    """No byte of the folder holds the pseudonym, the text in quarantine is gone, all else stays."""
    data, config = _lived(tmp_path), tmp_path / "config"
    known_as = pseudonym(KEY, "k1")
    before, folded = content(data), _folded(data, config)
    assert known_as in before
    done = erosion(data, "forget", "k1")
    assert done.returncode == 0, done.stderr
    assert "2 events of the log, 2 outcomes, 2 waiting" in done.stderr
    assert "1 inputs in quarantine" in done.stderr
    after = content(data)
    assert known_as not in after
    assert pseudonym(KEY, "k2") in after
    assert "k11" in after
    for file in data.glob("erosion.*"):
        assert known_as.encode() not in file.read_bytes(), file
    assert _folded(data, config) == folded
    again = erosion(data, "forget", "k1")
    assert again.returncode == 1
    assert "nothing is kept of a customer 'k1'" in again.stderr


def test_whom_nobody_knows_cannot_be_forgotten(tmp_path: Path) -> None:
    """An unknown or empty id, and a folder without data: one clear line, and exit code 1."""
    data = _lived(tmp_path)
    for folder, name in ((data, "k99"), (data, " "), (tmp_path / "nothing", "k1")):
        refused = erosion(folder, "forget", name)
        assert refused.returncode == 1
        assert "what to do" in refused.stderr


def test_what_reports_were_made_of_and_what_they_said_is_forgotten_too(address: str) -> None:
    """Facts of reports and pages as sent hold no pseudonym that a key makes."""
    store, known_as = open_store(address), pseudonym(KEY, "k1")
    fact = (
        "crm",
        "e1",
        "survey.answered",
        1,
        1,
        None,
        "c1",
        known_as,
        "a",
        f'{{"who": "{known_as}"}}',
    )
    body = {"text": f"a story of {known_as}"}
    with store.transaction() as transaction:
        transaction.many(TELL, [fact])
        keep(transaction, Sent("2026-W38", "cco", 1, "", body), (), "main")
    found = forget(store, "k1", known_as, "drawn", lambda payload, old, new: (payload, 0))
    assert (found.told, found.texts, found.total) == (1, 2, 3)
    kept = store.rows("SELECT customer, data FROM told") + store.rows("SELECT '', body FROM digest")
    assert not [row for row in kept if known_as in "".join(map(str, row))]
    assert sum("drawn" in str(row) for row in kept) == 2
    store.close()

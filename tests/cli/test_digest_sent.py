"""`erosion digest` beside what was sent: as it was, where it differs, and what goes next."""

import json
from pathlib import Path

import pytest

from service.engine.values import Frame
from service.store.database import open_store
from service.store.tables import MAIN
from tests.running import erosion
from tests.weekly.desks import SEVEN, Desk, Wall, fill, outcome, world_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a configuration, and with data of a service that sent its page."""
    world = world_in(tmp_path / "config")
    url = f"sqlite:///{tmp_path / 'data' / 'erosion.db'}"
    store = open_store(url)
    fill(store)
    desk = Desk(store, url, world, Wall())
    assert desk.look() == 3
    desk.close()
    later = outcome(200, "open")._replace(started=SEVEN, due=SEVEN + 1, ended=None)
    with store.transaction() as transaction:
        transaction.apply_frames(MAIN, [Frame(2, 0, (later,), (), (), (), ())])
    store.close()
    return tmp_path


def run(folder: Path, *arguments: str) -> tuple[str, str]:
    """Run `erosion digest` there; return what it printed and what it said."""
    done = erosion(folder / "data", "digest", *arguments, EROSION_CONFIG=str(folder / "config"))
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_as_it_was_sent(folder: Path, tmp_path: Path) -> None:
    """The newest page by default; as text, as data, as a file; a week that was not sent is refused."""
    text, said = run(folder, "--as-sent")
    assert text.startswith("EXAMPLE - Our customers")
    assert said == ""
    assert run(folder, "--as-sent", "--week", "2026-w38") == (text, "")
    page = json.loads(run(folder, "--as-sent", "--json")[0])
    assert page["people"]["asked"] == 20
    _, said = run(folder, "--as-sent", "--html", str(tmp_path / "page.html"))
    assert "wrote the page" in said
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")
    done = erosion(folder / "data", "digest", "--as-sent", "--week", "2026-W30")
    assert done.returncode == 1
    assert "no page was sent for 2026-W30" in done.stderr


def test_made_anew_and_the_same(folder: Path) -> None:
    """While nothing changed, nothing is said."""
    text, said = run(folder, "--week", "2026-W38")
    assert text.startswith("EXAMPLE - ")
    assert said == ""


def test_facts_that_came_late(folder: Path) -> None:
    """A case of the week that came after the page went out is told, in people."""
    store = open_store(f"sqlite:///{folder / 'data' / 'erosion.db'}")
    with store.transaction() as transaction:
        transaction.apply_frames(MAIN, [Frame(3, 0, (outcome(60, "late"),), (), (), (), ())])
    store.close()
    _, said = run(folder, "--week", "2026-W38")
    lines = said.splitlines()
    assert lines[0] == (
        "not as it was sent: facts came since: asked 20 then and 21 now, let down 5 then and 6 now"
    )
    assert lines[1].startswith("not as it was sent: answer: asked 20 then and 21 now")
    assert lines[-1] == "what was sent: erosion digest --week 2026-W38 --as-sent"


def test_definitions_that_changed(folder: Path) -> None:
    """Another promise is told apart from facts that came late."""
    file = folder / "config" / "touchpoints.yaml"
    file.write_text(
        file.read_text("utf-8").replace("promise: 1h open", "promise: 2h open"), "utf-8"
    )
    _, said = run(folder, "--week", "2026-W38")
    assert said.splitlines() == [
        "not as it was sent: promises, hours or words of the configuration were changed since",
        "what was sent: erosion digest --week 2026-W38 --as-sent",
    ]


def test_what_goes_next(folder: Path) -> None:
    """To whom, when and by what way; nothing of it is sent, and what cannot be sent is said."""
    text, said = run(folder, "--dry-run")
    first = next(line for line in text.splitlines() if " goes on Mon " in line)
    assert first.endswith("07:00 Europe/Berlin")
    assert "  boss: email deputy@x.example" in text
    assert "  ceo: webhook crm" in text
    assert said == "EROSION_SMTP_HOST is not set: here no e-mail would be sent\n"
    rows = [json.loads(line) for line in run(folder, "--dry-run", "--json")[0].splitlines()]
    assert rows[-1]["is_late"] is False
    assert len(rows[-1]["ways"]) == 8
    assert run(folder, "--dry-run")[0] == text


def test_nobody_gets_it(tmp_path: Path) -> None:
    """Without the block that is said, with what to write."""
    world_in(tmp_path / "config", "")
    done = erosion(tmp_path, "digest", "--dry-run", EROSION_CONFIG=str(tmp_path / "config"))
    assert done.returncode == 1
    assert "nobody gets the weekly page" in done.stderr
    assert "digest: {to: RECEIVER}" in done.stderr

"""`erosion commit` as people type it: opened, listed, looked at again, closed; a fourth is refused."""

from pathlib import Path

import httpx
import pytest

from tests.running import Running, erosion, service

CONFIG = Path("config")
OPEN = (
    *("commit", "open", "--touchpoint", "answer-request", "--at", "region:baden"),
    *("--leader", "Head of Retail", "--with", "sales", "--with", "it"),
    *("--aim", "30", "--by", "2099-10-04"),
)
WHAT = "A person answers every request within the hour"


def run(running: Running, *words: str) -> str:
    """Run a command against the service and return what it printed."""
    done = erosion(running.data, *words, "--to", running.address)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("word", ["list", "open", "review", "close"])
def test_help(tmp_path: Path, word: str) -> None:
    """Each command says what it does."""
    assert "Usage: " in erosion(tmp_path, "commit", word, "--help").stdout


def test_from_the_terminal(tmp_path: Path) -> None:
    """What is printed is counts of people; `list` needs no service, and a mistake says what to do."""
    data = tmp_path / "data"
    with service(data, CONFIG) as running:
        first, *rest = run(running, *OPEN, WHAT).splitlines()
        name = first.split()[0]
        assert first == f"{name}  open      answer-request at region:baden: {WHAT}"
        assert rest == [
            "    Head of Retail with sales, it",
            "    let down: then 0 people; aim: at most 30 by 2099-10-04",
        ]
        looked = run(running, "commit", "review", name, "--note", "cover on Saturdays")
        assert looked.splitlines()[-1].endswith("  0 people: cover on Saturdays")
        for place in ("company", "unit:d001"):
            run(running, *OPEN, WHAT, "--at", place)
        refused = erosion(data, *OPEN, WHAT, "--at", "unit:d002", "--to", running.address)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "three commitments are open; close one first: erosion commit close ID" in (
            refused.stderr
        )
        done = run(running, "commit", "close", name, "--why", "the cover stays")
        assert done.splitlines()[-1].endswith("  0 people; closed: the cover stays")
        both = erosion(data, *OPEN, WHAT, "more", "--to", running.address)
        assert "--touchpoint: write what changes once" in both.stderr
        day = erosion(data, *OPEN, WHAT, "--by", "soon", "--to", running.address)
        assert (day.returncode, "by: " in day.stderr) == (1, True)
        assert httpx.get(f"{running.address}/v1/commitments?state=open").json()[0]["aim"] == 30
        running.stop()
    listed = erosion(data, "commit", "list")
    assert "3 commitments, 2 of them open" in listed.stderr
    assert [line.split()[1] for line in listed.stdout.splitlines() if line[0] != " "] == [
        *("open", "open", "closed"),
    ]
    assert erosion(data, "commit", "list", "--state", "closed", "--json").stdout.count("\n") == 1
    gone = erosion(data, "commit", "close", "x", "--why", "w", "--to", "http://127.0.0.1:1")
    assert "start it with `erosion run`" in gone.stderr

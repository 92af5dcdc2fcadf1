"""`erosion advise` as people type it: YAML on stdout, reasons on stderr, and what it refuses."""

import json
from pathlib import Path

import pytest

from service.simulator.run import run
from tests.running import erosion

CONFIG = Path("config")
REFUSED = [
    ((), "there is no history"),
    (("-",), "standard input is read only once"),
    (("EVENTS", "--touchpoint", "x"), "no touchpoint 'x'"),
    (("EVENTS", "--completed", "moon.landed"), "no source delivers 'moon.landed'"),
    (("EVENTS", "--patch", "no/such/patch.yaml"), "there is no folder no/such"),
    (("EVENTS", "--until", "2020-01-01T00:00Z"), "nothing was judged in this history"),
]


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a month of four dealers."""
    out = tmp_path_factory.mktemp("events") / "month.ndjson"
    run(out, out.with_suffix(".truth.json"), dealers=4, weeks=5, config=CONFIG, fleet=False)
    return out


def test_the_proposal_is_all_of_stdout(events: Path, tmp_path: Path) -> None:
    """Progress and reasons go to stderr, so that stdout and the file are the same YAML."""
    file = tmp_path / "patch.yaml"
    wanted = ("--touchpoint", "answer-request", "--completed", "car.sold", "--patch", str(file))
    done = erosion(tmp_path, "advise", str(events), *wanted)
    assert done.returncode == 0, done.stderr
    assert done.stdout == file.read_text("utf-8")
    assert done.stdout.startswith("# A proposal: nothing is changed by itself.")
    for words in ("run 1 of 5: as configured", "not enough answers", "more cases are needed"):
        assert words in done.stderr


def test_machines(events: Path, tmp_path: Path) -> None:
    """With --json everything that was found is one line of JSON."""
    done = erosion(tmp_path, "advise", str(events), "--touchpoint", "near-enough", "--json")
    found = json.loads(done.stdout)
    assert [cost["name"] for cost in found["settings"]] == ["as configured"]
    assert found["touchpoints"]["near-enough"]["falls"] == {}


@pytest.mark.parametrize(("arguments", "said"), REFUSED)
def test_what_is_refused(
    arguments: tuple[str, ...], said: str, events: Path, tmp_path: Path
) -> None:
    """What makes no sense ends with one line, before anything long begins."""
    given = [str(events) if word == "EVENTS" else word for word in arguments]
    done = erosion(tmp_path, "advise", *given)
    assert done.returncode != 0
    assert said in done.stderr

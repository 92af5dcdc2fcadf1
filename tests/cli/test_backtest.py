"""`erosion backtest` as people type it: its figures, its page, and what it refuses."""

import json
from pathlib import Path

import pytest

from service.backtest.history import exported_events, is_exported, stored_events
from service.simulator.run import run
from tests.running import erosion, service

CONFIG = Path("config")
START = "2026-06-22T00:00+02:00"

REFUSED = [
    ((), "there is no history"),
    (("EVENTS", "--data", "x"), "there is no history"),
    (("none.ndjson",), "cannot read none.ndjson"),
    (("--data", "nowhere"), "there is no data in nowhere"),
    (("-", "--inject", "freeze"), "standard input is read only once"),
    (("EVENTS", "--inject", "freeze"), "a trouble needs a place and a start"),
    (("EVENTS", "--unit", "d001"), "--unit, --from, --to and --size belong to --inject"),
    (("EVENTS", "--inject", "quake", "--unit", "d001", "--from", START), "no trouble 'quake'"),
    (("EVENTS", "--inject", "freeze", "--unit", "d9", "--from", START), "no unit 'd9'"),
    (("EVENTS", "--touchpoint", "x"), "no touchpoint 'x' in config"),
    (("EVENTS", "--labels", "none.csv"), "cannot read none.csv"),
    (("EVENTS", "--report", "no/such/page.html"), "there is no folder no/such"),
    (("EVENTS", "--until", "2020-01-01T00:00Z"), "nothing was judged in this time"),
    (("EVENTS", "--until", "June"), "'June' is no time with an offset"),
]


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a month of five dealers, with its truth beside it."""
    out = tmp_path_factory.mktemp("events") / "month.ndjson"
    run(out, out.with_suffix(".truth.json"), dealers=5, weeks=5, config=CONFIG, fleet=False)
    return out


def test_figures_and_page(events: Path, tmp_path: Path) -> None:
    """It prints the figures, writes the page, and ends well."""
    truth, page = events.with_suffix(".truth.json"), tmp_path / "page.html"
    arguments = (str(events), "--labels", str(truth), "--touchpoint", "answer-request")
    done = erosion(tmp_path, "backtest", *arguments, "--report", str(page))
    assert done.returncode == 0, done.stderr
    for words in ("False warnings", "How early", "random alarms, as many", "Before the survey"):
        assert words in done.stdout
    assert f"wrote the page to {page}" in done.stderr
    assert "Back-test" in page.read_text("utf-8")


def test_machines(events: Path, tmp_path: Path) -> None:
    """With --json each configuration is one line of JSON on stdout, and nothing else is there."""
    both = ("--config", "config", "--config", "config")
    done = erosion(tmp_path, "backtest", str(events), *both, "--json")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == second
    assert (first["configuration"], first["is_labelled"]) == ("config", False)


def test_injection(events: Path, tmp_path: Path) -> None:
    """A freeze that is put in is found, and is a label of its own."""
    where = ("--inject", "freeze", "--unit", "d004", "--from", START)
    done = erosion(tmp_path, "backtest", str(events), *where, "--json")
    assert done.returncode == 0, done.stderr
    [trouble] = json.loads(done.stdout)["troubles"]
    assert (trouble["unit"], trouble["kind"], trouble["fate"]) == ("d004", "freeze", "found")


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_refusals(events: Path, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """What makes no sense ends with one line, what to do, and exit code 1."""
    typed = [str(events) if word == "EVENTS" else word for word in arguments]
    done = erosion(tmp_path, "backtest", *typed)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "what to do: " in done.stderr


def test_the_log_of_a_service(events: Path, tmp_path: Path) -> None:
    """The data of a running service, and its exported log, give the events that it took."""
    data, exported = tmp_path / "data", tmp_path / "log.txt"
    with service(data, CONFIG, "--clock", "events") as running:
        assert running.post(events.read_bytes()).is_success
        stored = list(stored_events(data))
        running.stop()
    asked = sum(event.type == "testdrive.requested" for event in stored)
    truth = json.loads(events.with_suffix(".truth.json").read_text("utf-8"))
    assert (
        len({event.key for event in stored if event.type == "testdrive.requested"})
        == truth["requests"]
    )
    assert asked >= truth["requests"]
    assert erosion(data, "log", "export", str(exported)).returncode == 0
    assert is_exported(exported)
    assert not is_exported(events)
    assert list(exported_events(exported)) == stored
    done = erosion(tmp_path, "backtest", "--data", str(data), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["cases"] > 100

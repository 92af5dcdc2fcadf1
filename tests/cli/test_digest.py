"""`erosion digest` as people type it: the page of a week, its file, its data, and what it refuses."""

import json
import re
import shutil
from pathlib import Path

import pytest

from service.report.week import week_named
from service.simulator.run import run
from service.store.reads import Reads
from tests.running import erosion, service, until

CONFIG = Path("config")
REFUSED = [
    (("--week", "next"), "'next' is no week"),
    (("--week", "2026-W27"), "2026-W27 has not ended in the stored data"),
    (("--week", "2026-W10"), "no case began in 2026-W10"),
    (("--html", "no/such/page.html"), "cannot write no/such/page.html"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data of a service that took four weeks of five dealers of the demonstration."""
    folder = tmp_path_factory.mktemp("digest")
    stream, found = folder / "month.ndjson", folder / "data"
    run(stream, folder / "truth.json", seed=3, dealers=5, weeks=4, config=CONFIG)
    with service(found, CONFIG, "--clock", "events") as running:
        assert running.post(stream.read_bytes()).is_success
        reads = Reads(found / "erosion.db")
        until(lambda: reads.newest() > week_named("2026-W26", "Europe/Berlin").begin, seconds=60)
        running.stop()
        reads.close()
    return found


def test_the_last_week(data: Path) -> None:
    """Without a week it is the last that ended, walked in the order of the configuration."""
    done = erosion(data, "digest")
    assert done.returncode == 0, done.stderr
    first, *_ = done.stdout.splitlines()
    assert first.startswith("AURORA MOTORS - Our customers, ")
    stages = ['"I\'m curious"', '"I want to feel it"', '"I decide"']
    places = [done.stdout.index(stage) for stage in stages]
    assert places == sorted(places)
    assert "Someone real is glad I asked." in done.stdout


def test_one_week_adds_up(data: Path) -> None:
    """The data of a week is one line of JSON, and every sum in it adds up."""
    done = erosion(data, "digest", "--week", "2026-W24", "--json")
    page = json.loads(done.stdout)
    assert page["week"]["name"] == "2026-W24"
    touchpoints = [
        touchpoint
        for journey in page["journeys"]
        for stage in journey["stages"]
        for touchpoint in stage["touchpoints"]
    ]
    assert len(touchpoints) == 4
    for people in (page["people"], *(touchpoint["people"] for touchpoint in touchpoints)):
        parts = ("kept", "late", "gave_up", "unknown", "open")
        assert people["asked"] == sum(people[part] for part in parts) > 0


def test_a_file(data: Path, tmp_path: Path) -> None:
    """The page is written where it is wanted, and said so on stderr."""
    page = tmp_path / "week.html"
    done = erosion(data, "digest", "--week", "2026-W24", "--html", str(page))
    assert (done.returncode, done.stdout) == (0, "")
    assert f"wrote the page to {page}" in done.stderr
    assert "2026-W24" in page.read_text("utf-8")


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_refusals(data: Path, arguments: tuple[str, ...], message: str) -> None:
    """What cannot be is one line, what to do, and exit code 1."""
    done = erosion(data, "digest", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "what to do: " in done.stderr


def test_nothing_yet(tmp_path: Path) -> None:
    """Before there is any data, or any case, that is what it says."""
    assert "there is no data in" in erosion(tmp_path, "digest").stderr
    with service(tmp_path / "data", CONFIG) as running:
        running.stop()
    done = erosion(tmp_path / "data", "digest")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no case is stored yet" in done.stderr


def test_how_promises_stand(data: Path) -> None:
    """`erosion status` puts the finished cases beside the truth, for all and for the worst places."""
    done = erosion(data, "status", "--touchpoint", "answer-request")
    assert done.returncode == 0, done.stderr
    first = done.stdout.splitlines()[0]
    assert first.startswith("answer-request everyone: kept for ")
    assert "the finished ones alone would say" in first
    assert "% kept now (" in first
    assert "allowed misses used" in first
    rows = erosion(data, "status", "--touchpoint", "answer-request", "--json", "--all").stdout
    everyone, *places = map(json.loads, rows.splitlines())
    regions = {row["place"] for row in places if row["place"] == "baden"}
    assert (everyone["place"], regions) == ("", {"baden"})
    units = [row for row in places if row["place"].startswith("d0")]
    assert sum(row["kept"] for row in units) == everyone["kept"]
    assert sum(row["late"] for row in units) == everyone["late"]


def test_money_is_reckoned_line_by_line(data: Path) -> None:
    """`why --why-money` names each figure with its source; where nothing was reckoned it says so."""
    rows = map(json.loads, erosion(data, "alerts", "--all", "--json").stdout.splitlines())
    by_kind = {(row["touchpoint"], row["kind"]): row["id"] for row in rows}
    done = erosion(data, "why", by_kind["answer-request", "waiting"], "--why-money")
    assert done.returncode == 0, done.stderr
    assert "18% of those who ask buy: BearingPoint" in done.stdout
    assert "at risk, not lost: " in done.stdout
    other = next(
        name for (touchpoint, _), name in by_kind.items() if touchpoint != "answer-request"
    )
    assert (
        "nothing was reckoned for this alert" in erosion(data, "why", other, "--why-money").stderr
    )


def test_a_service_sends_the_page_of_the_week_that_ended(data: Path, tmp_path: Path) -> None:
    """A service that starts late prints the newest page once, keeps it, and after a kill sends none."""
    found = tmp_path / "data"
    shutil.copytree(data, found)
    for _ in range(2):
        with service(found, CONFIG, "--clock", "events") as running:
            until(lambda: erosion(found, "digest", "--as-sent").returncode == 0, seconds=60)
            until(lambda: "[to cco]" in running.out.read_text("utf-8"), seconds=60)
            running.process.kill()
            running.process.wait(timeout=20)
    printed = running.out.read_text("utf-8")
    assert printed.count("AURORA MOTORS - Our customers") == 1
    sent = erosion(found, "digest", "--as-sent")
    assert sent.stdout.splitlines()[0] in printed
    (name,) = re.findall(r"\((2026-W\d\d)\)", sent.stdout)
    again = erosion(found, "digest", "--week", name)
    assert again.returncode == 0
    assert json.loads(erosion(found, "digest", "--as-sent", "--week", name, "--json").stdout)

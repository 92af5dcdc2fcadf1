"""Labels are read from what people have, and a wrong one is told with its number."""

import json
from pathlib import Path

import pytest

from service.backtest.label import Label, read_labels
from service.engine.plan import Plan
from service.errors import ErosionError
from service.settings import compile_settings, load
from service.simulator.run import run

CONFIG = Path(__file__).parents[2] / "config"
HEAD = "touchpoint,unit,region,from,to,kind\n"
ROW = ",d001,,2026-06-08T00:00Z,2026-06-15T00:00Z,slow\n"

WRONG = [
    (HEAD + ROW.replace("d001", "d999"), "label 1: no unit 'd999'"),
    (HEAD + ROW.replace(",d001", "answer,d001"), "label 1: no touchpoint 'answer'"),
    (HEAD + ROW + ROW.replace(",d001,,", ",,,"), "label 2: it names neither unit nor region"),
    (HEAD + ROW.replace(",d001,,", ",,mars,"), "label 1: no region 'mars'"),
    (HEAD + ROW.replace("T00:00Z", ""), "label 1: from is '2026-06-08', no time with an offset"),
    (HEAD + ROW.replace("06-15", "06-01"), "label 1: it ends before it begins"),
    (HEAD, "holds no label"),
]


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the shipped plan."""
    return compile_settings(load(CONFIG)).plan


def written(folder: Path, name: str, text: str) -> Path:
    """Write a file of labels."""
    (folder / name).write_text(text, "utf-8")
    return folder / name


def test_csv(tmp_path: Path, plan: Plan) -> None:
    """A row of a CSV is a label; the region of its unit comes from the configuration."""
    [label] = read_labels(written(tmp_path, "labels.csv", HEAD + ROW), plan)
    week = 7 * 86_400_000
    assert label == Label("", "unit", "d001", "baden", label.begin, label.begin + week, "slow")


def test_json(tmp_path: Path, plan: Plan) -> None:
    """A JSON list of objects says the same, for a region too."""
    rows = [{"region": "baden", "from": "2026-06-08T00:00Z", "to": "2026-06-15T00:00Z"}]
    [label] = read_labels(written(tmp_path, "labels.json", json.dumps(rows)), plan)
    assert (label.per, label.scope, label.region, label.kind) == ("region", "baden", "baden", "")


def test_truth_of_a_simulation(tmp_path: Path, plan: Plan) -> None:
    """The truth beside a simulated stream is taken as it is."""
    out, truth = tmp_path / "e.ndjson", tmp_path / "e.truth.json"
    run(out, truth, dealers=5, weeks=4, config=CONFIG)
    planted = json.loads(truth.read_text("utf-8"))["episodes"]
    labels = read_labels(truth, plan)
    assert [label.scope for label in labels] == [episode["unit"] for episode in planted]
    assert {label.per for label in labels} == {"unit"}


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_wrong_labels(tmp_path: Path, plan: Plan, text: str, message: str) -> None:
    """A label that means nothing here is refused with its number."""
    with pytest.raises(ErosionError, match=message):
        read_labels(written(tmp_path, "labels.csv", text), plan)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no JSON"),
        ('{"a": 1}', "holds no list"),
        ("[1]", "holds no list"),
        ("[]", "no label"),
    ],
)
def test_wrong_json(tmp_path: Path, plan: Plan, text: str, message: str) -> None:
    """A file that is no list of labels is refused."""
    with pytest.raises(ErosionError, match=message):
        read_labels(written(tmp_path, "labels.json", text), plan)


def test_unreadable(tmp_path: Path, plan: Plan) -> None:
    """A file that is not there, or is no text, is refused."""
    with pytest.raises(ErosionError, match="cannot read"):
        read_labels(tmp_path / "none.csv", plan)
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ErosionError, match="it is not UTF-8"):
        read_labels(tmp_path / "bytes.csv", plan)

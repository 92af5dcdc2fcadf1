"""The Olist tables become exactly the stream that was agreed, and the sample is a part of it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from service.errors import NotFoundError
from service.simulator.olist import convert, extract, in_sample

ROOT = Path(__file__).parents[2]
TABLES = ROOT.parent / "shared" / "data" / "olist"
SAMPLE = ROOT / "config" / "marketplace" / "sample"
COUNTS = {
    "order.requested": 22_944,
    "order.approved": 22_803,
    "order.handed_over": 21_273,
    "order.delivered": 19_501,
    "survey.sent": 17_369,
    "survey.answered": 17_369,
}
needs_tables = pytest.mark.skipif(
    not TABLES.is_dir(), reason=f"put the Olist tables there: mkdir -p {TABLES}"
)


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], dict[str, list[str]]]:
    """Return the lines of the whole stream and its truth."""
    folder = tmp_path_factory.mktemp("olist")
    number = convert(TABLES, folder / "events.ndjson", folder / "truth.json")
    lines = (folder / "events.ndjson").read_text(encoding="utf-8").splitlines()
    assert len(lines) == number
    return lines, json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def sample_lines() -> list[str]:
    """Return the lines of the shipped sample."""
    return (SAMPLE / "events.ndjson").read_text(encoding="utf-8").splitlines()


def sample_events() -> list[dict[str, Any]]:
    """Return the events of the shipped sample."""
    return [json.loads(line) for line in sample_lines()]


@needs_tables
def test_counts(converted: tuple[list[str], dict[str, list[str]]]) -> None:
    """The tables become 121,259 events, sorted, each with an id of its own."""
    events = [json.loads(line) for line in converted[0]]
    assert Counter(event["type"] for event in events) == COUNTS
    assert len({event["id"] for event in events}) == sum(COUNTS.values()) == 121_259
    order = [(event["time"], event["id"]) for event in events]
    assert order == sorted(order)
    assert order[-1][0] < "2018-03-01T03:00:00Z"


@needs_tables
def test_truth(converted: tuple[list[str], dict[str, list[str]]]) -> None:
    """The truth counts 2,602 late hand-overs and 2,671 missed promises beside the canceled."""
    truth = converted[1]
    canceled = set(truth["canceled"])
    assert len(canceled) == 290
    assert (len(truth["late_handover"]), len(truth["missed_promise"])) == (2_814, 2_956)
    assert len(set(truth["late_handover"]) - canceled) == 2_602
    assert len(set(truth["missed_promise"]) - canceled) == 2_671


@needs_tables
def test_requests_without_items(converted: tuple[list[str], dict[str, list[str]]]) -> None:
    """Only the 622 orders without items lack the seller and the deadline."""
    requests = [json.loads(line) for line in converted[0] if '"order.requested"' in line]
    lacking = [event for event in requests if "seller_id" not in event["data"]]
    assert len(lacking) == 622
    assert all("handover_due_at" not in event["data"] for event in lacking)
    assert sum("handover_due_at" not in event["data"] for event in requests) == 622


@needs_tables
def test_sample_is_a_part(
    converted: tuple[list[str], dict[str, list[str]]], tmp_path: Path
) -> None:
    """The shipped sample equals what the converter gives for its orders, byte for byte."""
    number = extract(TABLES, tmp_path / "events.ndjson", tmp_path / "truth.json")
    lines, truth = converted
    part = [line for line in lines if in_sample(json.loads(line)["subject"])]
    assert part == sample_lines()
    assert len(part) == number
    for name in ("events.ndjson", "truth.json"):
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes()
    shipped = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    assert shipped == {name: list(filter(in_sample, ids)) for name, ids in truth.items()}


def test_sample_is_small() -> None:
    """The shipped sample holds about 3,000 orders in less than 5 MB, beside its licence."""
    assert 2_900 < len({event["subject"] for event in sample_events()}) < 3_200
    assert (SAMPLE / "events.ndjson").stat().st_size < 5_000_000
    assert (SAMPLE / "LICENSE-olist.txt").is_file()


def test_sample_truth_follows_from_its_events() -> None:
    """Every late hand-over of the sample's truth can be read from its events."""
    events = sample_events()
    handed = {event["subject"]: event["time"] for event in events if "handed" in event["type"]}
    requests = [event for event in events if event["type"] == "order.requested"]
    due = {event["subject"]: event["data"].get("handover_due_at", "3") for event in requests}
    late = [case for case in due if due[case] < handed.get(case, "2018-03-01T03:00:00Z")]
    truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    assert sorted(late) == sorted(truth["late_handover"])


def test_no_tables(tmp_path: Path) -> None:
    """A folder without the tables is refused by the name of the missing file."""
    with pytest.raises(NotFoundError, match=r"orders\.parquet"):
        convert(tmp_path, tmp_path / "events.ndjson", tmp_path / "truth.json")

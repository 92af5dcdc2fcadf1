"""The truth about the customers is what somebody else counts who reads nothing but the lines."""

import json
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.simulator.census import iso_week
from service.simulator.run import run

CONFIG = Path(__file__).parents[2] / "config"
TIERS = ("bronze", "silver", "gold")
NAMES = {
    "customer.acquired": "joined",
    "customer.lost": "left",
    "customer.referred": "referred",
}
Counts = dict[str, Any]


def recount(path: Path) -> dict[str, Counter[str]]:
    """Count every week from the lines alone: each id once, every name a flat word."""
    weeks: dict[str, Counter[str]] = defaultdict(Counter)
    people: set[tuple[str, str, str]] = set()
    seen: set[tuple[str, str]] = set()
    for line in path.read_text("utf-8").splitlines():
        event = json.loads(line)
        if (event["source"], event["id"]) in seen:
            continue
        seen.add((event["source"], event["id"]))
        local = datetime.fromisoformat(event["time"]).astimezone(ZoneInfo("Europe/Berlin"))
        year, number, _ = local.isocalendar()
        counts, data = weeks[f"{year}-W{number:02}"], event.get("data", {})
        if event["type"] == "customer.engagement_changed":
            name = "bought_more" if data["delta"] > 0 else "cut_back"
            counts[name] += 1
            counts[f"{name}_yearly"] += abs(data["delta"])
        elif event["type"] == "customer.tier_changed":
            up = TIERS.index(data["new"]) > TIERS.index(data["old"])
            counts["moved_up" if up else "moved_down"] += 1
        elif event["type"] == "feedback.received":
            counts[f"messages {data['category']}"] += 1
            counts[f"messages_by_kind {data['kind']}"] += 1
        elif event["type"] in NAMES:
            name = NAMES[event["type"]]
            person = (f"{year}-W{number:02}", name, event["customer"])
            counts[name] += person not in people
            counts[f"segments {data.get('segment')} {name}"] += person not in people
            counts[f"{name}_yearly"] += data.get("yearly", 0)
            people.add(person)
            if name == "left":
                counts[f"reasons {data.get('reason', 'unknown')}"] += 1
    return weeks


def flat(counts: Counts, prefix: str = "") -> Counter[str]:
    """Return a week of the truth with flat words."""
    found: Counter[str] = Counter()
    for name, value in counts.items():
        word = f"{prefix} {name}".strip()
        found += flat(value, word) if isinstance(value, dict) else Counter({word: value})
    return found


@pytest.mark.parametrize(("seed", "start"), [(1, "2026-06-01"), (2, "2026-03-18")])
def test_truth_is_what_the_lines_say(tmp_path: Path, seed: int, start: str) -> None:
    """Every count of every week is the number that the emitted lines give."""
    out, truth = tmp_path / "events.ndjson", tmp_path / "truth.json"
    run(out, truth, seed=seed, dealers=30, weeks=6, start=start, config=CONFIG)
    known = json.loads(truth.read_text("utf-8"))["customers"]["weeks"]
    counted = {week: +counts for week, counts in recount(out).items()}
    for counts in counted.values():
        for name in ("segments None referred", "referred_yearly"):
            counts.pop(name, None)
    assert {week: flat(counts) for week, counts in known.items()} == {
        week: counts for week, counts in counted.items() if counts
    }
    assert sum(counts["left"] for counts in known.values()) > 30


def test_sums_reconcile(tmp_path: Path) -> None:
    """Segments add up to the total, reasons with the unknown to those who left, kinds to messages."""
    out, truth = tmp_path / "events.ndjson", tmp_path / "truth.json"
    run(out, truth, dealers=10, weeks=5, config=CONFIG)
    customers = json.loads(truth.read_text("utf-8"))["customers"]
    weeks = list(customers["weeks"].values())
    for week in weeks:
        for name in ("joined", "left"):
            assert sum(segment[name] for segment in week["segments"].values()) == week[name]
        assert sum(week["reasons"].values()) == week["left"]
        assert sum(week["messages"].values()) == sum(week["messages_by_kind"].values())
    both = customers["let_down"]["left"] + customers["not_let_down"]["left"]
    assert both == sum(week["left"] for week in weeks)


def test_weeks_begin_on_monday_in_berlin() -> None:
    """A week begins at midnight of its Monday in Berlin, also at the turn of a year."""
    sunday_night = int(datetime(2026, 6, 8, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())
    assert (iso_week(sunday_night - 1), iso_week(sunday_night)) == ("2026-W23", "2026-W24")
    turn = datetime(2027, 1, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert iso_week(int(turn.timestamp())) == "2026-W53"

"""The customers of the made-up network: the same for the same seed, and shy of those who let them down."""

import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from service.simulator.base import customer_base
from service.simulator.dealers import Dealer, read_dealers
from service.simulator.leaving import leaving
from service.simulator.member import TIERS, daytime
from service.simulator.planting import DAY_S
from service.simulator.run import run
from service.simulator.story import Story

Event = dict[str, Any]
CONFIG = Path(__file__).parents[2] / "config"
REASONS = {
    "waited too long",
    "car not there",
    "price",
    "moved away",
    "service too late",
    "hand-over not as promised",
}
CATEGORIES = {"waiting-for-an-answer", "car-not-there", "hand-over", "price", "praise"}
SEGMENTS = {"families", "first-car", "business"}


def written(folder: Path, **sizes: Any) -> tuple[list[str], dict[str, Any]]:
    """Return the lines and the truth of one run."""
    out, truth = folder / "events.ndjson", folder / "truth.json"
    run(out, truth, config=CONFIG, **({"dealers": 40, "weeks": 10} | sizes))
    return out.read_text("utf-8").splitlines(), json.loads(truth.read_text("utf-8"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Event], dict[str, Any]]:
    """Return every event once, in the order of what happened, and the truth."""
    lines, truth = written(tmp_path_factory.mktemp("base"))
    events = [json.loads(line) for line in dict.fromkeys(lines)]
    return sorted(events, key=lambda event: datetime.fromisoformat(event["time"])), truth


def of(events: list[Event], kind: str) -> list[Event]:
    """Return the events of one type."""
    return [event for event in events if event["type"] == kind]


def without_segment(line: str) -> str:
    """Return a line as it is in a network whose customers have no segment."""
    event = json.loads(line)
    if event["type"] == "customer.acquired":
        event["data"].pop("segment", None)
    return json.dumps(event, separators=(",", ":"))


@pytest.mark.parametrize("seed", [1, 3])
def test_old_lines_are_unchanged(tmp_path: Path, seed: int) -> None:
    """With its customers a network has every line it has without; buyers only get a segment."""
    sizes = {"seed": seed, "dealers": 8, "weeks": 4}
    without, truth_without = written(tmp_path, base=False, **sizes)
    with_base, truth = written(tmp_path, **sizes)
    more = Counter(map(without_segment, with_base))
    assert Counter(without) <= more
    added = [json.loads(line) for line in (more - Counter(without))]
    assert {event["source"] for event in added} == {"customer-base", "voice"}
    own = truth.pop("customers"), truth.pop("lines"), truth_without.pop("lines")
    assert truth == truth_without
    assert own[1] == len(with_base)


def test_same_seed_same_customers(tmp_path: Path) -> None:
    """The same seed gives the same lines and the same truth, another seed gives others."""
    sizes = {"dealers": 4, "weeks": 3}
    assert written(tmp_path, seed=5, **sizes) == written(tmp_path, seed=5, **sizes)
    assert written(tmp_path, seed=5, **sizes)[1] != written(tmp_path, seed=6, **sizes)[1]


def test_more_dealers_leave_customers_alone(tmp_path: Path) -> None:
    """A larger network leaves the customers of its first dealers as they were."""
    few, many = (written(tmp_path, dealers=number, weeks=3, planted=False)[0] for number in (3, 6))
    kept = [line for line in many if json.loads(line)["unit"] in {"d001", "d002", "d003"}]
    shown = [
        sorted({(e["id"], e["time"], str(e.get("data"))) for e in map(json.loads, lines)})
        for lines in (few, kept)
    ]
    assert shown[0] == shown[1]


def test_the_stream_grows_little(tmp_path: Path) -> None:
    """The customer base adds some lines, less than 15 in a hundred."""
    sizes = {"dealers": 20, "weeks": 6}
    before = len(written(tmp_path, base=False, **sizes)[0])
    assert 1.03 < len(written(tmp_path, **sizes)[0]) / before < 1.15


def test_words(world: tuple[list[Event], dict[str, Any]]) -> None:
    """Reasons, segments, tiers, categories and kinds come from their lists, and all of them occur."""
    events = world[0]
    lost, said = of(events, "customer.lost"), of(events, "feedback.received")
    reasons = Counter(event["data"].get("reason") for event in lost)
    assert reasons.keys() == REASONS | {None}
    assert 0.25 < reasons[None] / len(lost) < 0.42
    for event in [*lost, *of(events, "customer.acquired")]:
        assert event["data"]["segment"] in SEGMENTS
        assert event["data"]["yearly"] > 0
    assert {event["data"]["category"] for event in said} == CATEGORIES
    assert {event["data"]["kind"] for event in said} == {"unaided", "experiential"}
    assert {event["data"].get("touchpoint") for event in said} == {
        "answer-request",
        "desired-vehicle",
        None,
    }
    tiers = list(TIERS)
    for event in of(events, "customer.tier_changed"):
        old, new = (tiers.index(event["data"][name]) for name in ("old", "new"))
        assert abs(old - new) == 1
    assert all(event["data"]["delta"] for event in of(events, "customer.engagement_changed"))
    assert all("data" not in event for event in of(events, "customer.referred"))


def test_a_life_makes_sense(world: tuple[list[Event], dict[str, Any]]) -> None:
    """Nobody leaves twice or before joining, changes after leaving, or belongs to two segments."""
    gone: dict[str, datetime] = {}
    segments: dict[str, set[str]] = defaultdict(set)
    joined = {event["customer"]: event for event in reversed(of(world[0], "customer.acquired"))}
    for event in world[0]:
        who, time = event.get("customer", ""), datetime.fromisoformat(event["time"])
        segments[who] |= {event.get("data", {}).get("segment")} - {None}
        if event["type"] in {"customer.engagement_changed", "customer.tier_changed"}:
            assert who not in gone
        if event["type"] == "customer.lost":
            assert who not in gone
            assert who not in joined or datetime.fromisoformat(joined[who]["time"]) < time
            gone[who] = time
    assert all(len(names) <= 1 for names in segments.values())


def test_let_down_customers_leave(world: tuple[list[Event], dict[str, Any]]) -> None:
    """Of the customers who were let down several times as many leave, mostly because they waited."""
    down, others = world[1]["customers"]["let_down"], world[1]["customers"]["not_let_down"]
    share = down["left"] / down["customers"]
    assert share > 3 * others["left"] / others["customers"]
    assert down["because_they_waited"] > down["left"] / 2
    assert others["because_they_waited"] == 0


def test_waiting_is_seen_from_outside(world: tuple[list[Event], dict[str, Any]]) -> None:
    """Who says "waited too long" mostly asked for a drive before; who names the price rarely did."""
    asked = {event["customer"] for event in of(world[0], "testdrive.requested")}
    lost = of(world[0], "customer.lost")
    waited = [e["customer"] in asked for e in lost if e["data"].get("reason") == "waited too long"]
    price = [e["customer"] in asked for e in lost if e["data"].get("reason") == "price"]
    assert sum(waited) / len(waited) > 0.6
    assert sum(waited) / len(waited) > 1.5 * sum(price) / len(price)


def test_leaving_takes_days(dealer: Dealer) -> None:
    """Who leaves because of waiting leaves 2 to 60 days after it, four in ten of them."""
    draws = [leaving(0, (30 * DAY_S,), Random(number)) for number in range(2000)]
    waits = [daytime(gone.time, dealer.zone) - 30 * DAY_S for gone in draws if gone.waited]
    assert min(waits) >= 2 * DAY_S
    assert max(waits) <= 60 * DAY_S
    assert 0.35 < len(waits) / len(draws) < 0.42


@pytest.fixture
def dealer() -> Dealer:
    """Return one dealer of the network."""
    return read_dealers(CONFIG, 1, 1)[0]


def test_complaints_follow_broken_promises(world: tuple[list[Event], dict[str, Any]]) -> None:
    """A message that names its case comes within three days after an hour that nobody answered."""
    asked = {event["subject"]: event for event in of(world[0], "testdrive.requested")}
    named = [event for event in of(world[0], "feedback.received") if "subject" in event]
    assert named
    for event in named:
        request = asked[event["subject"]]
        assert request["customer"] == event["customer"]
        waited = datetime.fromisoformat(event["time"]) - datetime.fromisoformat(request["time"])
        assert waited > timedelta(hours=2)
        assert event["data"]["category"] == "waiting-for-an-answer"


def test_nobody_asked_still_customers(dealer: Dealer) -> None:
    """A dealer whom nobody asks has customers all the same, in proportion to its size."""
    nobody: list[Story] = []
    members = customer_base([dealer], nobody, 0, 70 * DAY_S, 1)
    assert len(members) > 10 * dealer.requests_a_week
    assert not any(member.let_down for member in members)

"""The made-up network is the same for the same seed, valid on the wire, and troubled as planted."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.errors import NotFoundError
from service.simulator.hours import Hours
from service.simulator.run import run

Event = dict[str, Any]
CONFIG = Path(__file__).parents[2] / "config"
HOUR_S = 3600
ENVELOPE = {"specversion", "source", "id", "type", "time", "unit", "recordedtime"}
OPTIONAL = {"customer", "subject", "via", "data"}
DELIVERED = {
    "crm": {
        "testdrive.requested",
        "testdrive.answered",
        "testdrive.withdrawn",
        "testdrive.driven",
        "testdrive.deferred",
        "customer.notified",
    },
    "telephony": {"call.connected"},
    "customer-base": {
        "car.sold",
        "customer.acquired",
        "customer.lost",
        "customer.engagement_changed",
        "customer.tier_changed",
        "customer.referred",
    },
    "voice": {"survey.answered", "feedback.received"},
    "loaner-fleet": {"fleet.counted"},
}


def world(folder: Path, seed: int = 1, **sizes: Any) -> tuple[bytes, dict[str, Any]]:
    """Return the bytes and the truth of one run."""
    out, truth = folder / "events.ndjson", folder / "truth.json"
    number = run(out, truth, seed=seed, config=CONFIG, **({"dealers": 40, "weeks": 6} | sizes))
    written = out.read_bytes()
    assert written.count(b"\n") == number
    return written, json.loads(truth.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Event], dict[str, Any]]:
    """Return the events and the truth of a world of the size of the demonstration."""
    written, truth = world(tmp_path_factory.mktemp("demo"))
    return [json.loads(line) for line in written.splitlines()], truth


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """The same seed gives the same bytes, another seed gives others."""
    small = {"dealers": 5, "weeks": 2}
    assert world(tmp_path, 7, **small) == world(tmp_path, 7, **small)
    assert world(tmp_path, 7, **small)[0] != world(tmp_path, 8, **small)[0]


def test_no_requests_lost_to_more_dealers(tmp_path: Path) -> None:
    """A larger network leaves the requests of its first dealers as they were."""
    few, many = (world(tmp_path, dealers=number, weeks=2, planted=False)[0] for number in (3, 6))
    asked = [
        [(event["unit"], event["time"]) for event in map(json.loads, text.splitlines())]
        for text in (few, many)
    ]
    assert sorted(asked[0]) == sorted(
        pair for pair in asked[1] if pair[0] in {"d001", "d002", "d003"}
    )


def test_order_of_arrival(demo: tuple[list[Event], dict[str, Any]]) -> None:
    """Events stand in the order of recording, at most 55 s late, some disordered, some doubled."""
    events = demo[0]
    recorded = [datetime.fromisoformat(event["recordedtime"]) for event in events]
    times = [datetime.fromisoformat(event["time"]) for event in events]
    delays = [(r - t).total_seconds() for r, t in zip(recorded, times, strict=True)]
    assert recorded == sorted(recorded)
    assert times != sorted(times)
    assert min(delays) >= 0
    assert 30 < max(delays) <= 55
    assert 0.005 < 1 - len({(e["source"], e["id"]) for e in events}) / len(events) < 0.02


def test_no_delay(tmp_path: Path) -> None:
    """Without any delay the stream is in the order of what happened."""
    lines = world(tmp_path, dealers=3, weeks=2, delay_max_s=0)[0].splitlines()
    times = [datetime.fromisoformat(json.loads(line)["time"]) for line in lines]
    assert times == sorted(times)


def test_doubles_are_equal(demo: tuple[list[Event], dict[str, Any]]) -> None:
    """An id that comes twice carries the same content."""
    contents = defaultdict(set)
    for event in demo[0]:
        contents[event["source"], event["id"]].add(json.dumps(event))
    assert all(len(content) == 1 for content in contents.values())


def test_on_the_wire(demo: tuple[list[Event], dict[str, Any]]) -> None:
    """Every event has the agreed keys, a type that its source delivers, and a case if it can."""
    for event in demo[0]:
        assert ENVELOPE <= event.keys() <= ENVELOPE | OPTIONAL
        assert event["type"] in DELIVERED[event["source"]]
        if event["id"].startswith("TD-"):
            assert ("subject" in event) == (event["source"] != "telephony")
        else:
            assert "subject" not in event or event["type"] == "feedback.received"
        assert ("via" in event) == (event["type"] == "testdrive.requested")
        assert datetime.fromisoformat(event["time"]).tzinfo is not None
        assert event.get("customer", "c-").startswith("c-")
        assert ("customer" in event) == (event["source"] != "loaner-fleet")


def test_everything_happens(demo: tuple[list[Event], dict[str, Any]]) -> None:
    """Every type occurs, with its variants: by a person or not, short calls, later wishes."""
    events = demo[0]
    assert {event["type"] for event in events} == set().union(*DELIVERED.values())
    answers = Counter(e["data"]["by"] for e in events if e["type"] == "testdrive.answered")
    assert answers.keys() == {"person", "auto"}
    calls = [event["data"]["seconds"] for event in events if event["type"] == "call.connected"]
    assert min(calls) < 30 <= max(calls)
    assert any("wanted_at" in event.get("data", {}) for event in events)
    nights = [e for e in events if e["type"] == "testdrive.requested" and e["time"][11:13] < "06"]
    assert nights


def test_volume(demo: tuple[list[Event], dict[str, Any]]) -> None:
    """A dealer gets about twelve requests a week, and sells to some of the customers."""
    requests = demo[1]["requests"]
    assert 9 < requests / 40 / 6 < 16
    assert 0.03 < sum(demo[1]["cars_sold_by_month"].values()) / requests < 0.3


def first_answers(events: list[Event]) -> dict[str, tuple[str, str, int, int | None]]:
    """Return unit, customer, asked and personally answered for every case, calls included."""
    seen: dict[str, tuple[str, str, int, int | None]] = {}
    for event in sorted(events, key=lambda event: datetime.fromisoformat(event["time"])):
        case = event["id"].split("/")[0]
        time = int(datetime.fromisoformat(event["time"]).timestamp())
        data = event.get("data", {})
        if event["type"] == "testdrive.requested":
            seen.setdefault(case, (event["unit"], event["customer"], time, None))
        elif data.get("by") == "person" or data.get("seconds", 0) >= 30:
            unit, customer, asked, answered = seen[case]
            seen[case] = (unit, customer, asked, answered or time)
    return seen


def test_one_in_ten_is_late(tmp_path: Path) -> None:
    """Without planted troubles about one answer in ten takes longer than an open hour."""
    lines = world(tmp_path, planted=False)[0].splitlines()
    events = [json.loads(line) for line in lines]
    hours = Hours(ZoneInfo("Europe/Berlin"), date(2026, 6, 1), 42)
    deferred = {e["subject"] for e in events if e["type"] == "testdrive.deferred"}
    cases = [case for name, case in first_answers(events).items() if name not in deferred]
    waits = [hours.before(case[3]) - hours.before(case[2]) for case in cases if case[3]]
    assert 0.07 < sum(wait > HOUR_S for wait in waits) / len(waits) < 0.13


def waiting_peak(events: list[Event], episode: dict[str, str]) -> int:
    """Return the most customers of the unit that wait past one open hour at once."""
    hours = Hours(ZoneInfo("Europe/Berlin"), date(2026, 6, 1), 60)
    begin, end = (datetime.fromisoformat(episode[key]).timestamp() for key in ("from", "to"))
    ends: dict[str, int] = {}
    for event in events:
        if event["type"] == "testdrive.withdrawn":
            time = int(datetime.fromisoformat(event["time"]).timestamp())
            ends[event["subject"]] = min(time, ends.get(event["subject"], time))
    spans = [
        (hours.later(asked, HOUR_S), min(answered or int(end), ends.get(case, int(end))))
        for case, (unit, _, asked, answered) in first_answers(events).items()
        if unit == episode["unit"] and asked >= begin
    ]
    return max(
        sum(due < at < over for due, over in spans) for at in range(int(begin), int(end), 600)
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_troubles_are_seen(tmp_path: Path, seed: int) -> None:
    """The largest freeze and slowness each leave three customers waiting past an open hour."""
    written, truth = world(tmp_path, seed)
    events = [json.loads(line) for line in written.splitlines()]
    assert {episode["kind"] for episode in truth["episodes"]} == {"freeze", "slow", "stall", "ramp"}
    for episode in truth["episodes"]:
        if episode["kind"] in {"freeze", "slow"}:
            assert waiting_peak(events, episode) >= 3, episode


def test_nobody_answers_in_a_freeze(demo: tuple[list[Event], dict[str, Any]]) -> None:
    """While a dealer is frozen, no person there answers or calls anybody for the first time."""
    events, truth = demo
    for episode in truth["episodes"]:
        if episode["kind"] == "freeze":
            begin, end = (
                datetime.fromisoformat(episode[key]).timestamp() for key in ("from", "to")
            )
            cases = [case for case in first_answers(events).values() if case[0] == episode["unit"]]
            assert any(begin <= asked < end for _, _, asked, _ in cases)
            assert not any(begin <= answered < end for *_, answered in cases if answered)


def test_stall_loses_a_quarter(tmp_path: Path) -> None:
    """In a stall far more requests stay unanswered than elsewhere."""
    written, truth = world(tmp_path, dealers=20, weeks=30)
    cases = first_answers([json.loads(line) for line in written.splitlines()])
    stalls = [episode for episode in truth["episodes"] if episode["kind"] == "stall"]
    lost = [
        answered is None
        for episode in stalls
        for unit, _, asked, answered in cases.values()
        if unit == episode["unit"]
        and datetime.fromisoformat(episode["from"]).timestamp()
        <= asked
        < datetime.fromisoformat(episode["to"]).timestamp()
    ]
    assert 0.15 < sum(lost) / len(lost) < 0.45


def test_too_many_dealers(tmp_path: Path) -> None:
    """More dealers than the configuration has are refused with the number it has."""
    with pytest.raises(NotFoundError, match="400 dealers"):
        world(tmp_path, dealers=401)


def test_no_such_day(tmp_path: Path) -> None:
    """A start that is no day is refused."""
    with pytest.raises(NotFoundError, match="no day"):
        world(tmp_path, start="June")

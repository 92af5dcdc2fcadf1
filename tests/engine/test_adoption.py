"""A changed configuration: what is pinned stays, what is live moves, what is gone says so."""

from pathlib import Path
from typing import Any

from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.results import Results
from service.engine.values import Chunk, Event
from tests.worlds import events_of, plan_of

HOUR = 3_600_000
ASKED = ["09:00 ask c1 unit=a", "09:00 ask c2 unit=a", "09:00 ask c3 unit=a"]


def fold(engine: Engine, results: Results, plan: Plan | None, events: list[Event]) -> None:
    """Take a plan, if there is a new one, and then events, each at its own time."""
    if plan is not None:
        results.take(engine.fold(Chunk(engine.now, (), to_data(plan))))
    for event in events:
        results.take(engine.fold(Chunk(event.time, (event,))))


def said(results: Results) -> list[str]:
    """Return the transitions with their reasons."""
    return [f"{s['transition']} {s['rule']}: {s['reason']}" for s in results.signals]


def test_a_promise_is_pinned_at_the_start(tmp_path: Path) -> None:
    """A case that began under one hour stays late after one hour, although it is three now."""
    old = plan_of(tmp_path / "old")
    new = plan_of(tmp_path / "new", promise="3h open")
    engine, results = Engine(), Results()
    fold(engine, results, old, events_of(old, ["09:00 ask c1 unit=a"]))
    late = events_of(new, ["09:30 ask c2 unit=a", "11:00 note -"])
    fold(engine, results, new, [event._replace(key=event.key + 7) for event in late])
    found = {case: row.outcome for (_, case), row in results.outcomes.items()}
    assert found == {"c1": "late", "c2": "open"}
    assert results.outcomes["reply", "c2"].plan == new.number


def test_a_standing_finding_keeps_its_id_over_a_new_plan(tmp_path: Path) -> None:
    """The same rule under a new plan goes on where it was: no second opening."""
    plan = plan_of(tmp_path, rules_off=["objective"])
    engine, results = Engine(), Results()
    answered = [f"11:0{n} answer c{n}" for n in (1, 2, 3)]
    events = events_of(plan, [*ASKED, "10:30 note -", *answered, "12:00 note -"])
    fold(engine, results, plan, events[:4])
    fold(engine, results, plan, events[4:])
    assert said(results) == [
        "opened waiting: past the mark",
        "improving waiting: nobody past the mark",
    ]
    assert len({signal["id"] for signal in results.signals}) == 1


def test_a_rule_that_is_gone_resolves_its_finding(tmp_path: Path) -> None:
    """Taking a rule out ends what it said, with the reason `configuration`."""
    old = plan_of(tmp_path / "old", rules_off=["objective"])
    new = plan_of(tmp_path / "new", rules_off=["waiting"], objective="90% over 28d")
    engine, results = Engine(), Results()
    events = events_of(old, [*ASKED, "10:30 note -", "12:00 note -"])
    fold(engine, results, old, events[:4])
    fold(engine, results, new, events[4:])
    assert said(results) == ["opened waiting: past the mark", "resolved waiting: configuration"]


def test_facts_that_still_look_for_their_case_survive(tmp_path: Path) -> None:
    """A call that has not been matched yet finds its case under the new plan."""
    changes = {"measure": {"stop": {"event": "call", "match": ["customer", "unit"]}}}
    plan = plan_of(tmp_path, **changes)
    engine, results = Engine(), Results()
    events = events_of(
        plan, ["09:00 ask c1 unit=a customer=k", "09:10 call - unit=a customer=k", "12:00 note -"]
    )
    fold(engine, results, plan, events[:2])
    fold(engine, results, plan, events[2:])
    assert results.outcomes["reply", "c1"].outcome == "kept"
    results.finish(engine)
    assert sum(map(sum, results.readings.values())) == 1


def test_a_holiday_moves_what_nobody_has_judged(tmp_path: Path) -> None:
    """Hours are live: an open case gets another due instant, a judged one stays judged."""
    old = plan_of(tmp_path / "old", promise="2h open")
    hours = {"shop": {"open": {"mon-fri": ["09:00-10:30", "14:00-18:00"]}}}
    new = plan_of(tmp_path / "new", promise="2h open", calendars=hours)
    engine, results = Engine(), Results()
    events = events_of(old, ["09:00 ask c1 unit=a", "10:00 ask c2 unit=a", "11:05 note -"])
    fold(engine, results, old, events)
    fold(engine, results, new, [event._replace(key=event.key + 9) for event in events[2:]])
    results.take(engine.fold(Chunk(events[2].time + 60_000)))
    rows = {case: row for (_, case), row in results.outcomes.items()}
    assert rows["c1"].outcome == "late"
    assert rows["c1"].due == events[0].time + 2 * HOUR
    assert rows["c2"].outcome == "open"
    assert rows["c2"].due == events[1].time + 5 * HOUR + HOUR // 2


def test_ten_thousand_cases_move_in_steps_while_the_watermark_stands(tmp_path: Path) -> None:
    """No fold moves more than its share, and nothing is judged by half a plan."""
    old = plan_of(tmp_path / "old", promise="2h open", rules_off=["waiting", "objective"])
    hours = {"shop": {"open": {"mon-fri": ["09:00-10:30", "14:00-18:00"]}}}
    new = plan_of(
        tmp_path / "new", promise="2h open", calendars=hours, rules_off=["waiting", "objective"]
    )
    asked = events_of(old, (f"09:00 ask c{i} unit=a" for i in range(12_000)))
    engine, results = Engine(), Results()
    fold(engine, results, old, [])
    results.take(engine.fold(Chunk(asked[0].time, asked)))
    results.take(engine.fold(Chunk(asked[0].time + HOUR)))
    results.take(engine.fold(Chunk(engine.now, (), to_data(new))))
    later = asked[0].time + 3 * HOUR
    assert engine.next_instant() == engine.now
    results.take(engine.fold(Chunk(later)))
    assert engine.watermark("reply") == asked[0].time + HOUR - 60_000
    results.take(engine.fold(Chunk(later)))
    assert engine.watermark("reply") == later - 60_000
    assert {row.outcome for row in results.outcomes.values()} == {"open"}
    assert {row.due for row in results.outcomes.values()} == {asked[0].time + 5 * HOUR + HOUR // 2}


def test_cases_of_a_unit_that_is_gone_end_as_unknown(tmp_path: Path) -> None:
    """Nobody waits for ever for a dealer who left the network; its alert ends, too."""
    old = plan_of(tmp_path / "old", rules_off=["objective"])
    shops = {"shops.csv": "id,name,region,calendar\nb,B,north,shop\n"}
    new = plan_of(tmp_path / "new", rules_off=["objective"], files=shops)
    engine, results = Engine(), Results()
    events = events_of(old, [*ASKED, "10:02 ask d1 unit=a", "10:30 note -"])
    fold(engine, results, old, events)
    fold(engine, results, new, [])
    assert said(results)[-1] == "resolved waiting: configuration"
    found = {case: row.outcome for (_, case), row in results.outcomes.items()}
    assert found == {"c1": "late", "c2": "late", "c3": "late", "d1": "unknown"}
    results.finish(engine)
    assert sum(map(sum, results.readings.values())) == 4


SNOW: dict[str, Any] = {
    "name": "snow",
    "first_day": "2026-09-14",
    "last_day": "2026-09-14",
    "why": "roads closed",
}


def test_a_past_exclusion_takes_alerts_back(tmp_path: Path) -> None:
    """Days that no longer count are judged again; taking the exclusion out puts them back."""
    plain = plan_of(tmp_path / "plain", rules_off=["objective"])
    snowed = plan_of(
        tmp_path / "snowed", rules_off=["objective"], exclusions=[SNOW | {"regions": ["north"]}]
    )
    engine, results = Engine(), Results()
    events = events_of(plain, [*ASKED, "10:30 note -"])
    fold(engine, results, plain, events)
    fold(engine, results, snowed, [])
    assert said(results) == ["opened waiting: past the mark", "withdrawn waiting: excluded"]
    assert results.outcomes["reply", "c1"].outcome == "late"
    fold(engine, results, plain, [])
    assert said(results)[-1] == "opened waiting: past the mark"
    assert len({signal["id"] for signal in results.signals}) == 2


def test_an_exclusion_elsewhere_changes_nothing(tmp_path: Path) -> None:
    """Another region, another day, another touchpoint: the alert stands."""
    plain = plan_of(tmp_path / "plain", rules_off=["objective"])
    engine, results = Engine(), Results()
    fold(engine, results, plain, events_of(plain, [*ASKED, "10:30 note -"]))
    changes: list[dict[str, Any]] = [{"regions": ["south"]}, {"units": ["b"]}]
    changes.append({"first_day": "2026-09-13", "last_day": "2026-09-13"})
    for i, change in enumerate(changes):
        other = plan_of(tmp_path / str(i), rules_off=["objective"], exclusions=[SNOW | change])
        fold(engine, results, other, [])
    assert said(results) == ["opened waiting: past the mark"]


def test_after_a_new_plan_a_frame_lists_what_stands(tmp_path: Path) -> None:
    """A reconcile frame names every finding that is still open, so that no alert can be left over."""
    plan = plan_of(tmp_path, rules_off=["objective"])
    engine, results = Engine(), Results()
    fold(engine, results, plan, events_of(plan, [*ASKED, "10:30 note -"]))
    frames = engine.fold(Chunk(engine.now, (), to_data(plan)))
    assert [frame.standing for frame in frames] == [(results.signals[0]["id"],)]

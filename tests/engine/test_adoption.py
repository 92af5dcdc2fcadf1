"""A changed configuration: what is pinned stays, what is live moves, what is gone says so."""

from pathlib import Path

from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.results import Results
from service.engine.values import Chunk, Event
from tests.worlds import events_of, plan_of

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

"""Everything is bounded, and at each limit something happens that is counted (01, section 9)."""

from pathlib import Path

import pytest

from service.engine import limits
from service.engine.fold import Engine
from service.engine.plan_data import to_data
from service.engine.results import Results
from service.engine.values import Chunk
from tests.worlds import events_of, plan_of

HOUR = 3_600_000


def folded(folder: Path, *words: str) -> tuple[Engine, Results]:
    """Return an engine that folded lines one by one, and what it said."""
    plan = plan_of(folder, rules_off=["objective"])
    engine, results = Engine(), Results()
    results.take(engine.fold(Chunk(-(2**62), (), to_data(plan))))
    for event in events_of(plan, words):
        results.take(engine.fold(Chunk(event.time, (event,))))
    return engine, results


def test_the_oldest_cases_end_as_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit the oldest cases leave: rows, list and alerts say so, and they are counted."""
    monkeypatch.setattr(limits, "CASES_MAX", 5)
    early = [f"09:0{i} ask c{i} unit=a" for i in range(4)]
    engine, results = folded(tmp_path, *early, "11:00 ask d1 unit=b", "11:05 ask d2 unit=b")
    rows = {case: row.outcome for (_, case), row in results.outcomes.items()}
    assert rows["c0"] == "late"
    assert set(engine.tracks[0].cases) == {"c1", "c2", "c3", "d1", "d2"}
    assert engine.tally.let_go == 1
    waiting = engine.tracks[0].judges.streams["waiting", "a"].head.counted()
    assert waiting == [[100, ["c1", "c2", "c3"]], [400, []]]


def test_an_alert_that_rests_on_cases_let_go_is_withdrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can say any more that these customers wait; the alert says so, too."""
    monkeypatch.setattr(limits, "CASES_MAX", 3)
    monkeypatch.setattr(limits, "ROOM", 1)
    early = [f"09:0{i} ask c{i} unit=a" for i in range(3)]
    _, results = folded(tmp_path, *early, "10:30 note -", "11:00 ask d1 unit=b")
    said = [(signal["transition"], signal["reason"]) for signal in results.signals]
    assert said == [("opened", "past the mark"), ("withdrawn", "limit")]


def test_facts_beyond_the_limit_go_to_the_late_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case takes so many facts; what comes then is kept and counted, and changes nothing."""
    monkeypatch.setattr(limits, "FACTS_MAX", 3)
    monkeypatch.setattr(limits, "ORPHANS_MAX", 2)
    told = [f"09:1{i} answer c1" for i in range(5)]
    lost = [f"09:2{i} answer x{i}" for i in range(4)]
    engine, _ = folded(tmp_path, "09:00 ask c1 unit=a", *told, *lost)
    assert len(engine.tracks[0].cases["c1"].facts) == 3
    assert len(engine.tracks[0].orphans) == 2
    assert engine.tally.over_limit == 4

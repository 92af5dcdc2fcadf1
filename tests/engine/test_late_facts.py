"""Facts later than `wait` end in the same place as facts in time (01, section 1, equality 3)."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from service.engine.fold import Engine
from service.engine.pacing import PaceState
from service.engine.plan import Plan, Rule
from service.engine.results import Results
from service.engine.stream import State
from service.engine.values import Event
from service.settings import compile_settings, load
from tests.engine.arrivals import cut, fold, stamp_of, world

HOUR = 3_600_000
DAY = 24 * HOUR


def nervous(rule: Rule) -> Rule:
    """Return a rule that speaks of nearly everything, so that much must be taken back."""
    if rule.kind == "waiting":
        return replace(rule, at_least=1)
    below = max(rule.kept_below, 9000)
    over = max(rule.recover_above, below)
    return replace(rule, minimum_cases=2, minimum_late=1, kept_below=below, recover_above=over)


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the shipped test-drive plan with nervous rules."""
    plan = compile_settings(load(Path("config"))).plan
    touchpoints = {
        name: replace(touchpoint, rules=tuple(map(nervous, touchpoint.rules)))
        for name, touchpoint in plan.touchpoints.items()
    }
    return replace(plan, touchpoints=touchpoints)


def delayed(events: list[Event], draw: random.Random, share: float) -> list[Event]:
    """Return the events with a share of them told up to four days late."""
    told = [
        e._replace(recorded=e.time + draw.randint(60_001, 4 * DAY)) if draw.random() < share else e
        for e in events
    ]
    return sorted(told, key=stamp_of)


def counted(engine: Engine) -> dict[tuple[str, str, str], object]:
    """Return what every stream counts, without the names that people were told."""
    return {
        (track.plan.id, *key): stream.head.counted()
        for track in engine.tracks
        for key, stream in track.judges.streams.items()
    }


def heads(engine: Engine) -> list[State]:
    """Return the states that all streams stand at."""
    return [s.head for track in engine.tracks for s in track.judges.streams.values()]


Span = tuple[int, int]


def findings(results: Results) -> dict[tuple[str, str, str], list[Span]]:
    """Return when findings stood that were not withdrawn; an open one has no end."""
    lives: dict[str, dict[str, object]] = {}
    for signal in results.signals:
        life = lives.setdefault(str(signal["id"]), {"at": signal["instant"]})
        life["end"] = signal["instant"] if signal["transition"] == "resolved" else 2**62
        life["gone"] = signal["transition"] == "withdrawn"
        life["where"] = (signal["touchpoint"], signal["rule"], signal["scope"])
    found: dict[tuple[str, str, str], list[Span]] = {}
    for life in lives.values():
        if not life["gone"]:
            spans = found.setdefault(life["where"], [])  # type: ignore[arg-type]
            spans.append((life["at"], life["end"]))  # type: ignore[arg-type]
    return found


def met(one: list[Span], other: list[Span]) -> bool:
    """Tell whether every span shares an instant with one of the others."""
    return all(any(a <= d and c <= b for c, d in other) for a, b in one)


@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize("share", [0.02, 0.3])
def test_late_facts_end_where_facts_in_time_end(
    plan: Plan, tmp_path: Path, seed: int, share: float
) -> None:
    """Outcomes, readings and streams are equal; findings that stay are those of the clean run."""
    events = sorted(world(plan, tmp_path, seed), key=lambda event: event.time)
    draw = random.Random(seed)
    late = delayed([e._replace(recorded=e.time) for e in events], draw, share)
    end = max(map(stamp_of, late)) + HOUR
    clean_engine, clean, _ = fold(
        plan, cut([e._replace(recorded=e.time) for e in events], draw), end
    )
    engine, results, _ = fold(plan, cut(late, draw), end)
    assert engine.tally.too_late == 0
    differing = [key for key in clean.outcomes if clean.outcomes[key] != results.outcomes[key]]
    assert not differing, (clean.outcomes[differing[0]], results.outcomes[differing[0]])
    assert {k: v for k, v in results.readings.items() if any(v)} == {
        k: v for k, v in clean.readings.items() if any(v)
    }
    assert counted(engine) == counted(clean_engine)
    told, truth = findings(results), findings(clean)
    assert told.keys() == truth.keys()
    for where, spans in told.items():
        assert met(spans, truth[where]), where
        assert met(truth[where], spans), where
        assert sum(b == 2**62 for _, b in spans) == sum(b == 2**62 for _, b in truth[where])
    assert any(signal["transition"] == "withdrawn" for signal in results.signals)


def test_streams_of_pace_take_part(plan: Plan, tmp_path: Path) -> None:
    """What is compared above holds pace streams that have learned what is usual, and moved."""
    draw = random.Random(1)
    late = delayed(world(plan, tmp_path, 1), draw, 0.1)
    engine, _, _ = fold(plan, cut(late, draw), max(map(stamp_of, late)) + HOUR)
    paces = [head for head in heads(engine) if isinstance(head, PaceState)]
    assert sum(head.base is not None and head.statistic > 0 for head in paces) > 4

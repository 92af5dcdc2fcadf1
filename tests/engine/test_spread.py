"""The rule `spread`: few hold most of those let down, beyond chance, though the average is fine."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.signal import Signal
from service.engine.spread import GOES_ON, SCALE, SPEAKS, Group, exceeds_chance, holders
from service.hosts.replay import Replay
from tests.engine.arrivals import stamp_of
from tests.worlds import events_of, plan_of

Z_SPEAKS, Z_GOES_ON = 3.0902, 1.6449
COUNTS = st.lists(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    min_size=1,
    max_size=30,
)


def tarone(groups: Sequence[Group]) -> float:
    """Return Tarone's statistic as it is printed in the paper, in floating point."""
    cases, late = sum(g.cases for g in groups), sum(g.late for g in groups)
    share = late / cases
    squares = sum((g.late - g.cases * share) ** 2 for g in groups) / (share * (1 - share))
    return float((squares - cases) / (2 * sum(g.cases * (g.cases - 1) for g in groups)) ** 0.5)


@given(COUNTS)
def test_the_comparison_of_whole_numbers_is_tarones_test(counts: list[tuple[int, int]]) -> None:
    """For any counts the whole numbers decide as the formula of the paper does."""
    groups = [Group(f"g{i}", n, k) for i, (n, k) in enumerate(counts)]
    late, cases = sum(g.late for g in groups), sum(g.cases for g in groups)
    if len(groups) < 2 or late in (0, cases) or cases == len(groups):
        assert not exceeds_chance(groups, SPEAKS)
        return
    for limit, quantile in ((SPEAKS, Z_SPEAKS), (GOES_ON, Z_GOES_ON)):
        found = tarone(groups)
        if abs(found - quantile) > 1e-3:
            assert exceeds_chance(groups, limit) == (found > quantile)
        assert abs((limit / SCALE) ** 0.5 - quantile) < 1e-3


@given(COUNTS)
def test_holders_hold_half_with_a_quarter(counts: list[tuple[int, int]]) -> None:
    """Who is named holds at least half of the late cases with at most a quarter of all."""
    groups = [Group(f"g{i}", n, k) for i, (n, k) in enumerate(counts)]
    found = holders(groups)
    if found:
        assert 2 * sum(g.late for g in found) >= sum(g.late for g in groups)
        assert 4 * sum(g.cases for g in found) <= sum(g.cases for g in groups)
        assert 2 * sum(g.late for g in found[:-1]) < sum(g.late for g in groups)


@pytest.mark.parametrize(("cases", "most"), [(3, 12), (12, 12), (50, 12)])
def test_chance_alone_is_seldom_uneven(cases: int, most: int) -> None:
    """Of 2,000 networks in which all are alike, about one in a thousand is called uneven."""
    draw, false = random.Random(cases), 0
    for _ in range(2000):
        groups = [
            Group(f"g{i}", cases, sum(draw.random() < 0.08 for _ in range(cases)))
            for i in range(31)
        ]
        false += exceeds_chance(groups, SPEAKS)
    assert false <= most


RULE = {"id": "depends", "kind": "spread", "across": ["unit", "via"], "over": "7d"}


def weeks(late_days: int) -> list[str]:
    """Return three weeks of three shops: c is late on its first days, nobody else ever."""
    found, number = [], 0
    for day in (d for d in range(14, 14 + 16) if (d - 14) % 7 < 5):
        for unit in "aaaaaabbbbbbccc":
            number += 1
            is_late = unit == "c" and day < 14 + late_days
            asked, answered = f"09:{number % 40 + 10}", "13:30" if is_late else "09:55"
            found.append(f"2026-09-{day}T{asked}:00+02:00 ask k{number} unit={unit} via=web")
            found.append(f"2026-09-{day}T{answered}:00+02:00 answer k{number}")
    return found


def told(folder: Path, late_days: int, objective: str = "70% over 28d") -> list[Signal]:
    """Return what is said of it in those weeks."""
    plan = plan_of(folder, rules=[RULE], objective=objective, rules_off=["waiting", "pace"])
    signals: list[Signal] = []
    running = Replay(plan, signals.append)
    running.run(iter(sorted(events_of(plan, weeks(late_days)), key=stamp_of)))
    return [signal for signal in signals if signal.kind == "spread"]


def test_one_shop_holds_them_all(tmp_path: Path) -> None:
    """One of three shops holds all fifteen; it is over when its bad week has left the window."""
    opened, resolved = told(tmp_path, 5)
    assert (opened.rule, opened.per, opened.transition) == ("depends-unit", "company", "opened")
    assert (opened.evidence["holding"], opened.evidence["groups"]) == (1, 3)
    assert opened.evidence["held"] == opened.evidence["late"] == opened.customers == 12
    assert opened.evidence["units"] == [["c", 12]]
    assert (resolved.transition, resolved.id) == ("resolved", opened.id)
    assert resolved.reason == "no longer uneven"


def test_where_the_average_is_bad_others_speak(tmp_path: Path) -> None:
    """Below the objective nothing is said of evenness, nor where fewer than ten are late."""
    assert told(tmp_path / "bad", 5, "90% over 28d") == []
    assert told(tmp_path / "few", 3) == []

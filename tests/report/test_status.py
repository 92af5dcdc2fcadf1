"""How a promise stands: three figures side by side, and none where there are too few cases."""

import random

from hypothesis import given
from hypothesis import strategies as st

from service.report.passed import Passed
from service.report.status import by_place, status_of

HOUR = 3_600_000
DAY = 24 * HOUR
NOW = 100 * DAY


def case(age_h: float, answered_h: float | None, promise_h: float = 1.0, unit: str = "a") -> Passed:
    """Return a case that started so long ago and was answered after so long, or never."""
    started = NOW - int(age_h * HOUR)
    due = started + int(promise_h * HOUR)
    ended = None if answered_h is None else started + int(answered_h * HOUR)
    if ended is not None and ended > NOW:
        ended = None
    is_kept = ended is not None and ended <= due
    outcome = "kept" if is_kept else "late" if due < NOW or ended else "open"
    return Passed(unit, started, due, ended, outcome)


def test_the_finished_cases_alone_hide_the_stall() -> None:
    """Who is never answered stands in the truth and not in what finished cases would say."""
    cases = [case(10, 0.5) for _ in range(94)] + [case(10, 2) for _ in range(6)]
    cases += [case(10, None) for _ in range(50)]
    found = status_of("a", cases, NOW, 9000)
    assert (found.answered_kept, found.answered) == (94, 100)
    assert (found.kept, found.late) == (94, 56)
    assert found.kept_now is not None
    assert abs(found.kept_now - 10_000 * 94 // 150) <= 1
    assert found.below is not None
    assert found.below > 0.99


def test_young_cases_count_for_as_long_as_they_were_seen() -> None:
    """Cases that are still young take nothing from the share, as counting them late would."""
    draw = random.Random(1)
    done = [case(20, draw.expovariate(2.3)) for _ in range(4000)]
    young = [case(draw.random(), draw.expovariate(2.3)) for _ in range(2000)]
    alone, both = (status_of("a", cases, NOW, 9000) for cases in (done, done + young))
    assert alone.kept_now is not None
    assert both.kept_now is not None
    assert abs(alone.kept_now - both.kept_now) < 100
    judged = both.kept + both.late
    assert both.kept * 10_000 // judged - alone.kept_now > 150  # early answers come first


def test_too_few_are_judged_one_level_up() -> None:
    """A unit with nine cases gets no share and names its region; the region has one."""
    cases = [case(10, 0.5, unit=unit) for unit in "aaaaaaaaabbbb"]
    rows = {row.place: row for row in by_place(cases, {"a": "north", "b": "north"}, NOW, 9000)}
    assert (rows["a"].kept_now, rows["a"].below, rows["a"].judged_with) == (None, None, "north")
    assert rows["north"].kept_now == 10_000
    assert rows[""].judged_with == ""


def test_the_budget_is_in_whole_customers() -> None:
    """Of 140 at 90 % fourteen may be missed; nine are, three in the last week: five more last."""
    cases = [case(200, 0.5) for _ in range(131)]
    cases += [case(200, 2) for _ in range(6)] + [case(100, 2) for _ in range(3)]
    budget = status_of("a", cases, NOW, 9000).budget
    assert budget is not None
    assert (budget.allowed, budget.used, budget.days_left) == (14, 9, 11)


@given(st.lists(st.sampled_from(["kept", "late", "open", "gave up", "unknown"]), max_size=60))
def test_every_case_stands_in_one_column(outcomes: list[str]) -> None:
    """The five counts add up to all cases, at each level."""
    cases = [
        Passed("ab"[i % 2], NOW - 9 * HOUR, NOW - 8 * HOUR, NOW - 8 * HOUR, outcome)
        for i, outcome in enumerate(outcomes)
    ]
    rows = by_place(cases, {"a": "north", "b": "south"}, NOW, 9000)
    for level in ({""}, {"a", "b"}, {"north", "south"}):
        mine = [row for row in rows if row.place in level]
        total = sum(r.kept + r.late + r.open + r.gave_up + r.unknown for r in mine)
        assert total == len(cases)

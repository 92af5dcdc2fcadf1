"""Commitments: never a fourth, never one that opens again, and counts that anybody can take anew."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.spans import DAY_MS
from service.report.commitment import (
    MAX_OPEN,
    WAITED_MS,
    Change,
    Commitment,
    Counts,
    Reason,
    Review,
    State,
    closed,
    let_down,
    opened,
    reviewed,
    still_waiting,
)
from service.report.descent import Course, Way, Weekly, course_of
from service.report.people import CaseRow, counted

WEEK_MS = 7 * DAY_MS
NAMES = st.sampled_from([f"c{n}" for n in range(6)])
ACTS = st.lists(st.tuples(st.sampled_from(["open", "review", "close"]), NAMES), max_size=40)


def wanted(name: str = "c0", **changes: object) -> Commitment:
    """Return a commitment that is not open yet; each name has a place of its own."""
    base = Commitment(
        name,
        State.PROPOSED,
        "answer",
        "unit",
        name,
        began_at=DAY_MS,
        what="A person answers within the hour",
        leader="Head of Retail",
        functions=("sales", "it"),
        by="1970-02-01",
        by_at=31 * DAY_MS,
        count_before=300,
        aim=30,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def acted(kept: dict[str, Commitment], act: str, name: str, at: int) -> Change:
    """Do one thing to one commitment, as a desk would."""
    one = kept.get(name)
    if act == "open" or one is None:
        return opened(kept.values(), wanted(name, began_at=at))
    if act == "review":
        return reviewed(one, Review(at, 7, ""))
    return closed(one, at, 5, "enough")


@given(ACTS)
def test_never_a_fourth_and_never_again(acts: list[tuple[str, str]]) -> None:
    """Whatever is asked in whatever order: three at most are open, and a closed one stays as it is."""
    kept: dict[str, Commitment] = {}
    for at, (act, name) in enumerate(acts):
        before = dict(kept)
        change = acted(kept, act, name, at)
        if change.is_done:
            kept[change.commitment.id] = change.commitment
        standing = [one for one in kept.values() if one.state is State.OPEN]
        assert len(standing) <= MAX_OPEN
        assert all(kept[n] == one for n, one in before.items() if one.state is State.CLOSED)
        if act == "open" and change.reason is Reason.FULL:
            assert len(standing) == MAX_OPEN


CASES = st.lists(
    st.builds(
        lambda case, customer, started, took, ended: CaseRow(
            "answer", f"n{case}", customer, "u", started, started + took, ended, "late", ""
        ),
        st.integers(0, 30),
        st.sampled_from(["", "a", "b", "c"]),
        st.integers(0, 100),
        st.integers(1, 20),
        st.none() | st.integers(0, 140),
    ),
    max_size=30,
)


@given(CASES, st.integers(0, 60), st.integers(0, 60))
def test_counts_can_be_taken_anew(rows: list[CaseRow], begin: int, length: int) -> None:
    """People let down are those of the walk; who waits is found as well by looking at each person."""
    end = begin + length
    began = [row for row in rows if begin <= row.started < end]
    assert let_down(rows, begin, end) == counted(began).late
    waits: set[str] = set()
    for row in rows:
        is_answered = row.ended is not None and row.ended <= end
        if row.due is not None and row.started < end and row.due <= end and not is_answered:
            waits.add(row.customer or f"case {row.case}")
    assert still_waiting(rows, end) == len(waits)


def test_who_asked_long_ago_no_longer_waits() -> None:
    """After four weeks nobody is counted as waiting; a case that is kept never is."""
    row = CaseRow("answer", "n", "a", "u", 0, 1, None, "late", "")
    assert still_waiting([row], WAITED_MS) == 1
    assert still_waiting([row], WAITED_MS + 1) == 0
    assert still_waiting([row._replace(outcome="open")], 10) == 0


def test_refusals_have_names() -> None:
    """Each wish that cannot be has one reason."""
    three = [wanted(f"c{n}", state=State.OPEN) for n in range(MAX_OPEN)]
    assert opened(three, wanted("new")).reason is Reason.FULL
    assert opened(three[:1], three[0]).reason is Reason.ALREADY
    assert opened(three[:1], wanted("new", scope="c0")).reason is Reason.SAME
    assert opened([], wanted(by_at=DAY_MS)).reason is Reason.PAST
    over = closed(three[0], 9, 4, "enough").commitment
    assert (over.count_after, over.closed_at, over.why_closed) == (4, 9, "enough")
    assert opened([over], wanted()).reason is Reason.OVER
    assert closed(over, 10, 3, "again").reason is Reason.OVER
    assert reviewed(over, Review(9, 1, "")).reason is Reason.OVER
    assert reviewed(wanted(), Review(9, 1, "")).reason is Reason.NOT_OPEN
    assert opened([wanted()], wanted()).commitment.state is State.OPEN
    assert opened(three[1:], wanted("new")).is_done


def test_a_proposal_is_turned_down_without_a_count() -> None:
    """What never began has no before and no after."""
    assert closed(wanted(), 9, 4, "not ours").commitment.count_after is None


def test_rows() -> None:
    """What is stored is what was; a proposal of the desk is read as one."""
    one = reviewed(wanted(state=State.OPEN, counts=Counts.WAITING), Review(9, 1, "n")).commitment
    assert Commitment.from_row(one.to_row(), "open") == one
    row = {"id": "a", "at": 5, "alert": "a", "touchpoint": "t", "per": "unit", "scope": "u"}
    found = Commitment.from_row(row | {"episodes": 3}, "proposed")
    assert (found.began_at, found.changed_at, found.episodes, found.leader) == (5, 5, 3, "")


def weeks(*counts: int) -> list[Weekly]:
    """Return weekly counts; the first week ends as everything begins."""
    return [Weekly(number * WEEK_MS, count) for number, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((300, 40, 30), Course(Way.DOWN, 14)),
        ((300, 20, 10), Course(Way.DOWN, 7)),
        ((300, 20, 31), Course(Way.FALLING, 1)),
        ((20, 300, 10), Course(Way.DOWN, 14)),
        ((20, 6, 30), Course(Way.BELOW)),
        ((30,), Course(Way.BELOW)),
        ((300,), Course(Way.EARLY)),
        ((300, 200), Course(Way.EARLY)),
        ((300, 200, 100), Course(Way.FALLING, 5)),
        ((300, 290, 280, 270), Course(Way.FALLING, 168)),
        ((100, 300, 290, 280, 270), Course(Way.FALLING, 168)),
        ((300, 300, 300), Course(Way.NOT_FALLING)),
        ((100, 200, 300), Course(Way.NOT_FALLING)),
        ((300, 100, 301), Course(Way.NOT_FALLING)),
    ],
)
def test_days_to_bring_the_count_down(counts: tuple[int, ...], said: Course) -> None:
    """They are what it took, or a line through the last four weeks; a count that rises has none."""
    assert course_of(weeks(*counts), 0, 30) == said


@given(st.lists(st.integers(0, 500), min_size=1, max_size=12), st.integers(0, 100))
def test_no_days_without_a_fall(counts: list[int], aim: int) -> None:
    """Days are at least one; a count that only rises above the aim is never said to fall."""
    course = course_of(weeks(*counts), 0, aim)
    assert (course.days is None) == (course.way not in (Way.DOWN, Way.FALLING))
    assert course.days is None or course.days >= 1
    if sorted(counts) == counts and counts[-1] > aim:
        assert course.days is None


@given(st.integers(31, 400), st.integers(1, 60), st.integers(3, 8))
def test_a_straight_fall_is_projected_to_its_day(last: int, fall: int, size: int) -> None:
    """Where each week has as many fewer, the days are what is missing at that pace, rounded up."""
    counts = [last + fall * back for back in reversed(range(size))]
    days = -(-7 * (last - 30) // fall)
    assert course_of(weeks(*counts), 0, 30) == Course(Way.FALLING, days)

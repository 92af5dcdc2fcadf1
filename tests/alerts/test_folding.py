"""What is folded and what never is: the first, the last, and what may have arrived."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from alerts.digest import digest_of, is_digest
from alerts.folding import DIGEST_ROWS_MAX, heaps, middles
from alerts.notice import Why
from alerts.outbox import Pending
from alerts.signal import Level
from tests.alerts.fakes import NOON
from tests.alerts.samples import about as said


def names(found: Sequence[tuple[Pending, Pending]]) -> list[tuple[str, str]]:
    """Return the keys."""
    return [(middle.row.key, last.row.key) for middle, last in found]


def test_the_middle_is_folded_behind_a_failure() -> None:
    """The first is kept, the last is kept, and what lies between is said by the last."""
    talk = [Pending(said("a", number)) for number in range(1, 5)]
    talk[0] = replace(talk[0], attempts=1, next_at=NOON + 5)
    assert names(middles(talk, NOON)) == [("a-2", "a-4"), ("a-3", "a-4")]


def test_without_a_failure_everything_is_said() -> None:
    """What only stands in line behind a message that is on its way is said."""
    talk = [Pending(said("a", number)) for number in range(1, 5)]
    assert middles(talk, NOON) == []


def test_beginning_and_end_are_both_said() -> None:
    """Two messages are never one."""
    talk = [Pending(said("a", 1), attempts=3), Pending(said("a", 2, why=Why.RESOLVED))]
    assert middles(talk, NOON) == []


def test_a_middle_that_says_more_is_kept() -> None:
    """Tried, on its way, or about an alert that the last does not name: it stays."""
    more = said("a", 3, alerts=(("a", 3), ("b", 1)))
    talk = [
        Pending(said("a", 1), attempts=1),
        Pending(said("a", 2), attempts=1),
        Pending(more),
        Pending(said("a", 4), leased_until=NOON + 1),
        Pending(said("a", 5)),
    ]
    assert middles(talk, NOON) == []


def test_beyond_fifty_the_least_urgent_conversations_are_told_together() -> None:
    """Whole conversations, the oldest and least severe first, until half the limit is left."""
    waiting = [Pending(said(f"n{number:03}", 1, created_at=NOON + number)) for number in range(60)]
    urgent = said("urgent", 1, created_at=NOON - 1, level=Level.CRITICAL)
    pending = [Pending(urgent), *waiting]
    (heap,) = heaps(pending, NOON, 50, frozenset())
    assert [item.row.key for item in heap] == [f"n{number:03}-1" for number in range(36)]
    assert heaps(pending[:50], NOON, 50, frozenset()) == []
    assert heaps(pending, NOON, 0, frozenset()) == []


def test_what_may_have_arrived_or_has_begun_is_told_alone() -> None:
    """Leased rows, kept keys and digests are never folded; nor is anything of their conversation."""
    pending = [Pending(said(f"n{number:03}", 1)) for number in range(60)]
    pending[0] = replace(pending[0], leased_until=NOON + 1)
    pending.append(Pending(said("n001", 2)))
    pending.append(Pending(digest_of([said("x", 1), said("y", 1)])))
    (heap,) = heaps(pending, NOON, 50, frozenset({"n001-2"}))
    folded = {item.row.key for item in heap}
    assert not folded & {"n000-1", "n001-1", "n001-2", pending[-1].row.key}
    assert len(heap) == 58 - 25


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(Level)), max_size=400),
    st.sets(st.integers(0, 40)),
)
def test_folding_leaves_no_row_behind_its_digest(
    drawn: list[tuple[int, Level]], begun: set[int]
) -> None:
    """Whatever waits: no row in two heaps, heaps bounded, and no line with a part left over."""
    pending = [
        Pending(said(f"a{alert}", number, key=f"k{number}", level=level))
        for number, (alert, level) in enumerate(drawn)
    ]
    kept = {item.row.key for item, (alert, _) in zip(pending, drawn, strict=True) if alert in begun}
    found = heaps(pending, NOON, 50, kept)
    folded = [item.row.key for heap in found for item in heap]
    assert len(set(folded)) == len(folded)
    left = {queue for item in pending if item.row.key not in folded for queue in item.row.queues}
    for heap in found:
        assert len(heap) <= max(DIGEST_ROWS_MAX, len(drawn))
        assert left.isdisjoint(queue for item in heap for queue in item.row.queues)
        made = digest_of([item.row for item in heap])
        told = {alert for item in heap for alert, _ in item.row.alerts}
        assert {alert for alert, _ in made.alerts} == told
        assert all(f"[{alert}]" in made.text for alert in told)
        assert is_digest(made)


def test_a_digest_in_words() -> None:
    """Counts, then a line for each finding with its id; what opened and ended is said as both."""
    rows = [
        said("a", 1),
        said("b", 1, level=Level.CRITICAL, subject="ACT NOW - b"),
        said("a", 2, why=Why.RESOLVED, subject="OVER - a"),
    ]
    made = digest_of(rows)
    assert made.text.splitlines() == [
        "ACT NOW - 3 messages waited while delivery was down",
        "Findings: 2, of which over: 1. ACT NOW: 1, LOOK TODAY: 2",
        "OVER - a. Opened and over while delivery was down. [a]",
        "ACT NOW - b. [b]",
    ]
    assert made.alerts == (("a", 2), ("b", 1))
    assert made == digest_of(rows)
    assert digest_of([rows[0], rows[2]]).why is Why.RESOLVED

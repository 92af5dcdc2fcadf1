"""The fence: overlapping writers, zombies and restarts lose nothing and double nothing."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from service.log.entry import Entry, Lost, Mark, Tick, Told
from service.log.fence import HOLE_MS, Fence
from service.log.reading import Why
from tests.log.fences import PLAN, SOURCE, TOPIC, cut, fence, keys


@given(st.randoms(use_true_random=False), st.integers(1, 4), st.integers(1, 60))
def test_overlapping_writers_lose_and_double_nothing(
    random: Random, writers: int, events: int
) -> None:
    """Whatever writers overlap, die and begin again behind their last commit, each event passes once."""
    guard, passed = fence(), list[int]()
    committed = 0
    positions = [0] * writers
    while committed < events:
        who = random.randrange(writers)
        if random.random() < 0.2:
            positions[who] = committed
        first = positions[who]
        to = min(first + random.randint(1, 9), events)
        if first == to:
            positions[who] = committed
            continue
        passed += keys(guard.take(1, cut(first, to)))
        positions[who] = to
        # A raw offset is committed only once all that lies below it is in the log.
        if first <= committed:
            committed = max(committed, to)
    assert passed == list(range(events))


def test_an_overlap_is_cut_event_by_event() -> None:
    """A run that is partly known passes with its new part only."""
    guard = fence()
    assert keys(guard.take(1, cut(5, 8))) == [5, 6, 7]
    assert keys(guard.take(1, cut(6, 10))) == [8, 9]
    assert guard.tally == {Why.APPLIED: 1, Why.PARTLY: 1}


def test_a_hole_is_dropped_until_its_beginning_comes() -> None:
    """A run behind a hole waits for its predecessor, and is then sent again."""
    guard = fence()
    guard.take(1, cut(0, 5))
    assert keys(guard.take(2, cut(8, 9))) == []
    assert keys(guard.take(3, cut(5, 9))) == [5, 6, 7, 8]


def test_a_tick_vouches_only_for_what_is_in_the_log() -> None:
    """A mark ahead of the fence says nothing, wherever it comes from."""
    guard = fence()
    guard.take(1, cut(0, 5))
    early = Tick([Mark(TOPIC, "a", 0, 9, 50)], {TOPIC: 1}, {})
    passed = guard.take(60, early)
    assert passed.chunk is not None
    assert not passed.chunk.heard
    guard.take(61, cut(5, 9))
    passed = guard.take(62, early)
    assert passed.chunk is not None
    assert passed.chunk.heard == {SOURCE: 50}


def test_a_new_partition_freezes_the_source_until_it_is_heard() -> None:
    """More partitions than were heard hold the source back; the slowest counts."""
    guard = fence()
    guard.take(1, cut(0, 5))
    passed = guard.take(60, Tick([Mark(TOPIC, "a", 0, 5, 50)], {TOPIC: 2}, {}))
    assert passed.chunk is not None
    assert not passed.chunk.heard
    guard.take(61, cut(0, 1, partition=1))
    passed = guard.take(62, Tick([Mark(TOPIC, "a", 1, 1, 40)], {TOPIC: 2}, {}))
    assert passed.chunk is not None
    assert passed.chunk.heard == {SOURCE: 40}


def test_a_hole_that_stays_stops_its_source_and_is_told() -> None:
    """After a minute nobody comes back: the source is stopped, with the offsets that are missing."""
    guard = fence()
    guard.take(1, cut(0, 5))
    guard.take(2, cut(8, 9))
    late = guard.take(3 + HOLE_MS, Tick([Mark(TOPIC, "a", 0, 9, 9)], {TOPIC: 1}, {}))
    assert late.chunk is not None
    assert late.chunk.control == {
        "kind": "gap",
        "sources": [SOURCE],
        "topic": TOPIC,
        "partition": 0,
        "from": 5,
        "to": 8,
    }
    assert not late.chunk.heard
    again = guard.take(4 + 2 * HOLE_MS, Tick([], {}, {}))
    assert again.chunk is not None
    assert again.chunk.control is None


def test_lost_records_stop_the_source_until_somebody_accepts() -> None:
    """Input that is gone is told once, holds everything, and somebody's word lets it go on."""
    guard = fence()
    guard.take(1, cut(0, 5))
    told = guard.take(2, Lost(TOPIC, "a", 0, 5, 20))
    assert told.chunk is not None
    assert told.chunk.control is not None
    assert (told.chunk.control["from"], told.chunk.control["to"]) == (5, 20)
    assert guard.take(3, Lost(TOPIC, "a", 0, 5, 20)).chunk is None
    assert keys(guard.take(4, cut(20, 22))) == []
    accept = {
        "kind": "accept",
        "sources": [SOURCE],
        "topic": TOPIC,
        "partition": 0,
        "incarnation": "a",
        "next": 20,
    }
    assert guard.take(5, Told("accept-1", accept)).chunk is not None
    assert keys(guard.take(6, cut(20, 22))) == [20, 21]


def test_a_topic_made_again_never_passes_for_the_old_one() -> None:
    """The same offsets of another incarnation are not known, and not taken either, until accepted."""
    guard = fence()
    guard.take(1, cut(0, 5))
    assert keys(guard.take(2, cut(0, 9, incarnation="b"))) == []
    assert guard.tally[Why.REPLACED] == 1
    accept = {"kind": "accept", "sources": [], "topic": TOPIC, "partition": 0}
    guard.take(3, Told("x", accept | {"incarnation": "b", "next": 0}))
    assert keys(guard.take(4, cut(0, 2, incarnation="b"))) == [0, 1]
    assert keys(guard.take(5, cut(5, 6, incarnation="a"))) == []
    assert guard.take(6, Lost(TOPIC, "a", 0, 2, 5)).chunk is None


def test_a_topic_made_again_while_nobody_looked_is_told_at_the_next_tick() -> None:
    """No intake saw the old topic go: the first run of the new one stops the source, with a gap."""
    guard = fence()
    guard.take(1, cut(0, 5))
    guard.take(2, cut(0, 9, incarnation="b"))
    told = guard.take(3, Tick([], {TOPIC: 1}, {})).chunk
    assert told is not None
    assert told.control is not None
    assert (told.control["kind"], told.control["from"], told.control["to"]) == ("gap", 5, 0)
    again = guard.take(4, Tick([], {TOPIC: 1}, {})).chunk
    assert again is not None
    assert again.control is None


def test_a_cut_routed_by_other_rules_is_refused_whole() -> None:
    """Another routing might have left out what this shard needs: it must be sent again."""
    guard = fence()
    assert keys(guard.take(1, cut(0, 5)._replace(routes=1))) == []
    assert keys(guard.take(2, cut(0, 5))) == [0, 1, 2, 3, 4]


def test_a_control_is_applied_once() -> None:
    """However often a control is repeated, it passes once."""
    guard = fence()
    assert guard.take(1, Told("a", {"kind": "start"})).chunk is not None
    assert guard.take(2, Told("a", {"kind": "start"})).chunk is None


@given(st.randoms(use_true_random=False))
def test_a_restored_fence_goes_on_the_same(random: Random) -> None:
    """State taken at any point and restored gives the same answers as a fence that never stopped."""
    guard = fence()
    for step in range(20):
        first = random.randrange(12)
        entries: list[Entry] = [
            cut(first, first + random.randrange(5), random.randrange(2)),
            Tick([Mark(TOPIC, "a", 0, first, first * 9)], {TOPIC: 2}, {SOURCE: step}),
            Lost(TOPIC, "a", 1, first, first + 2),
            Told(f"id-{first}", {"kind": "start"}),
        ]
        entry = random.choice(entries)
        twin = Fence()
        twin.restore(guard.state(), PLAN)
        assert twin.take(step, entry) == guard.take(step, entry)
        assert twin.state() == guard.state()

"""Gaps in the fence: what stops a partition, and what somebody's word lets go on, once and no further."""

from service.log.entry import Lost, Mark, Tick, Told
from tests.log.fences import SOURCE, TOPIC, cut, fence, keys

ACCEPT = {"kind": "accept", "sources": [SOURCE], "topic": TOPIC, "partition": 0, "incarnation": "a"}


def test_a_partition_that_waits_for_a_word_is_always_told() -> None:
    """Its reader stands still even where we had all that went: it goes on behind what we know."""
    guard = fence()
    guard.take(1, cut(0, 5))
    told = guard.take(2, Lost(TOPIC, "a", 0, 2, 4)).chunk
    assert told is not None
    assert told.control is not None
    assert (told.control["from"], told.control["to"]) == (5, 5)
    assert guard.take(3, Told("x", ACCEPT | {"next": 5})).chunk is not None
    assert keys(guard.take(4, cut(4, 7))) == [5, 6]


def test_a_topic_that_was_cut_short_stops_its_source() -> None:
    """Records that were read are gone from its end: what is written there next is not what was read."""
    guard = fence()
    guard.take(1, cut(0, 5))
    told = guard.take(2, Lost(TOPIC, "a", 0, 5, 0)).chunk
    assert told is not None
    assert told.control is not None
    assert keys(guard.take(3, cut(3, 6))) == []
    guard.take(4, Told("x", ACCEPT | {"next": 0}))
    assert keys(guard.take(5, cut(0, 2))) == [0, 1]


def test_what_was_accepted_once_opens_no_later_gap() -> None:
    """Every life of an intake repeats it, and the fence forgets which ids it has seen."""
    guard = fence()
    guard.take(1, cut(0, 5))
    assert guard.take(2, Told("a", ACCEPT | {"next": 9})).chunk is None
    guard.take(3, Lost(TOPIC, "a", 0, 5, 20))
    assert guard.take(4, Told("b", ACCEPT | {"next": 9})).chunk is None
    assert guard.take(5, Told("c", ACCEPT | {"next": 20})).chunk is not None
    assert guard.take(6, Told("d", ACCEPT | {"next": 20})).chunk is None
    assert keys(guard.take(7, cut(20, 22))) == [20, 21]


def test_accepting_says_how_many_partitions_still_stand() -> None:
    """The alert about a topic ends with the last of them."""
    guard = fence()
    left = []
    for partition in (0, 1):
        guard.take(1, Lost(TOPIC, "a", partition, 5, 20))
    for partition in (0, 1):
        accept = ACCEPT | {"partition": partition, "next": 20}
        chunk = guard.take(2, Told(f"x{partition}", accept)).chunk
        assert chunk is not None
        assert chunk.control is not None
        left.append(chunk.control["left"])
    assert left == [1, 0]


def test_a_topic_made_again_may_have_fewer_partitions() -> None:
    """Who is not there any more is waited for by nobody."""
    guard = fence()
    for partition in (0, 1):
        guard.take(1, cut(0, 5, partition))
    guard.take(2, Tick([], {TOPIC: 2}, {}))
    guard.take(3, cut(0, 1, incarnation="b"))
    guard.take(4, Told("x", ACCEPT | {"incarnation": "b", "next": 0}))
    guard.take(5, cut(0, 1, incarnation="b"))
    heard = guard.take(6, Tick([Mark(TOPIC, "b", 0, 1, 40)], {TOPIC: 1}, {})).chunk
    assert heard is not None
    assert heard.heard == {SOURCE: 40}


def test_a_reader_that_had_not_heard_yet_stops_nothing() -> None:
    """It tells of the gap once more behind the word that accepted it, and hears that word next."""
    guard = fence()
    guard.take(1, cut(0, 5))
    guard.take(2, Lost(TOPIC, "a", 0, 5, 20))
    guard.take(3, Told("x", ACCEPT | {"next": 20}))
    guard.take(4, cut(20, 22))
    assert guard.take(5, Lost(TOPIC, "a", 0, 5, 20)).chunk is None
    assert keys(guard.take(6, cut(22, 24))) == [22, 23]
    assert guard.take(7, Lost(TOPIC, "a", 0, 20, 23)).chunk is not None


def test_a_word_about_an_older_topic_brings_nobody_back_to_it() -> None:
    """A shard that began to read later knows nothing of that one, and the word is repeated for ever."""
    guard = fence()
    guard.take(1, cut(0, 5, incarnation="c"))
    word = ACCEPT | {"incarnation": "b", "was": "a", "next": 0}
    assert guard.take(2, Told("x", word)).chunk is None
    assert keys(guard.take(3, cut(5, 6, incarnation="c"))) == [5]

"""Decisions: notices, rows, groups and keys."""

import json
import os
import subprocess
import sys
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from alerts.desk import REMEMBER_CLOSED_MS, Book, Decision, Desk
from alerts.directory import Directory, Reach
from alerts.notice import Muted, Why, delivery_key
from alerts.outbox import OutboxRow
from alerts.signal import Level, Signal, Transition
from tests.alerts.fakes import DIRECTORY, NOON, regional, rows_for, signal


def decide(book: Book, *signals: Signal, directory: Directory = DIRECTORY) -> Decision:
    """Decide and apply."""
    decision = Desk(directory).decide(book, signals, NOON)
    book.apply(decision)
    return decision


def channels(decision: Decision) -> list[str]:
    """List the channels of the rows."""
    return [row.channel for row in decision.rows]


def test_each_reach_gets_a_row() -> None:
    """A receiver with two reaches gets two rows with keys of their own."""
    decision = decide(Book(), signal())
    assert channels(decision) == ["slack", "email"]
    assert len({row.key for row in decision.rows}) == 2
    assert [notice.why for notice in decision.notices] == [Why.FIRST]


def test_deciding_leaves_the_book_alone() -> None:
    """Only `apply` changes the book."""
    book = Book()
    decision = Desk(DIRECTORY).decide(book, [signal()], NOON)
    assert book.open() == ()
    book.apply(decision)
    assert book.open() == decision.alerts


def test_repetition_says_nothing() -> None:
    """A signal that is known gives no notice and no row."""
    book = Book()
    decide(book, signal())
    again = decide(book, signal(), signal())
    assert (again.alerts, again.notices, again.rows) == ((), (), ())
    assert len(again.steps) == 2


def test_a_watch_notifies_nobody_until_it_is_worse() -> None:
    """A watch is muted with its reason; when it grows, that is the first news."""
    book = Book()
    quiet = decide(book, signal(level=Level.WATCH))
    assert [notice.muted for notice in quiet.notices] == [Muted.WATCH_ONLY]
    assert quiet.rows == ()
    loud = decide(book, signal(number=2, transition=Transition.WORSE))
    assert [notice.why for notice in loud.notices] == [Why.FIRST]


def test_who_never_heard_of_it_hears_no_end() -> None:
    """The end of a watch is told to nobody."""
    book = Book()
    decide(book, signal(level=Level.WATCH))
    end = decide(
        book, signal(number=2, transition=Transition.RESOLVED, level=Level.WATCH, customers=0)
    )
    assert [notice.muted for notice in end.notices] == [Muted.NEVER_TOLD]
    assert book.open() == ()


def test_the_end_is_told_wherever_the_beginning_was() -> None:
    """Improving, over and withdrawn go to the same addresses as the alarm."""
    book = Book()
    alarm = decide(book, signal())
    for number, name in enumerate(["improving", "relapsed", "resolved", "withdrawn"], start=2):
        news = decide(book, signal(number=number, transition=Transition(name)))
        assert [row.settings for row in news.rows] == [row.settings for row in alarm.rows]
        assert news.rows[0].why.value == name


def test_a_new_receiver_and_the_old_one_hear_of_worse() -> None:
    """When the route changes with the level, both hear, each in their own words."""
    routes = replace(
        DIRECTORY,
        root=replace(
            DIRECTORY.root,
            routes=(
                replace(DIRECTORY.root, match={"level": "critical"}, receiver="north-managers"),
            ),
        ),
    )
    book = Book()
    decide(book, signal(), directory=routes)
    worse = decide(
        book,
        signal(number=2, transition=Transition.WORSE, level=Level.CRITICAL),
        directory=routes,
    )
    assert {(n.receiver, n.why) for n in worse.notices} == {
        ("sales-desk", Why.WORSE),
        ("north-managers", Why.FIRST),
    }


def test_unfilled_addresses_are_recorded() -> None:
    """An address without its fact is listed, and the other reach still goes out."""
    decision = decide(Book(), regional())
    assert channels(decision) == ["slack"]
    assert [gap.template for gap in decision.undeliverable] == ["{unit.desk_email}"]


def test_a_receiver_without_any_address_falls_back() -> None:
    """Where nothing can be filled, operations gets the row; where even that fails, the console."""
    mail = (Reach("email", {"to": ["{unit.desk_email}"]}),)
    with_operations = replace(
        DIRECTORY,
        receivers={"sales-desk": mail, "operations": (Reach("slack", {"webhook": "ops"}),)},
    )
    decision = decide(Book(), regional(), directory=with_operations)
    assert [(row.receiver, row.channel) for row in decision.rows] == [("operations", "slack")]
    broken = replace(DIRECTORY, receivers={"sales-desk": mail, "operations": mail})
    assert channels(decide(Book(), regional(), directory=broken)) == ["console"]


def test_a_topic_that_left_the_configuration_still_ends() -> None:
    """An alert whose touchpoint is gone is told to operations by its id."""
    decision = decide(Book(), signal(touchpoint="gone", scope="ghost"))
    assert decision.rows[0].receiver == "operations"
    assert "gone, ghost" in decision.rows[0].subject


def test_companions_travel_together() -> None:
    """One receiver gets one message for a region, however many units are in it."""
    slack = [
        row
        for row in rows_for(
            [signal(id="a"), signal(id="b", scope="york"), signal(id="c", scope="kent")]
        )
        if row.channel == "slack"
    ]
    assert [row.alerts for row in slack] == [(("a", 1), ("b", 1)), (("c", 1),)]
    assert "38 people" in slack[0].subject


def test_loud_and_quiet_do_not_mix() -> None:
    """Level, kind of change and kind of finding each separate messages."""
    signals = [
        signal(id="a"),
        signal(id="b", level=Level.CRITICAL, scope="york"),
        regional(id="c", level=Level.WARNING),
    ]
    rows = [row for row in rows_for(signals) if row.channel == "slack"]
    assert [len(row.alerts) for row in rows] == [1, 1, 1]


def test_several_steps_at_once_are_one_news() -> None:
    """What began and improved within one decision is told once, as it stands."""
    book = Book()
    decide(book, signal(id="a"))
    rows = decide(
        book,
        signal(id="a", number=2, transition=Transition.IMPROVING),
        signal(id="b"),
        signal(id="b", number=2, transition=Transition.IMPROVING),
    ).rows
    told = [(pair, row.why) for row in rows if row.channel == "slack" for pair in row.alerts]
    assert told == [(("a", 2), Why.IMPROVING), (("b", 2), Why.FIRST)]


@given(st.permutations(range(12)))
def test_the_number_of_messages_follows_owners(order: list[int]) -> None:
    """Twelve units in one region cost the desk one message in any order."""
    signals = [signal(id=f"s{n}", scope=f"u{n}", customers=n + 1) for n in order]
    units = {
        ("dealer", f"u{n}"): replace(DIRECTORY.units["dealer", "leeds"], id=f"u{n}", name=f"U{n}")
        for n in order
    }
    rows = rows_for(signals, replace(DIRECTORY, units=units))
    slack = [row for row in rows if row.channel == "slack"]
    assert len(slack) == 1
    assert "78 people" in slack[0].subject
    assert {alert for alert, _ in slack[0].alerts} == {news.id for news in signals}


def test_keys_are_the_same_on_every_machine() -> None:
    """A key depends on what is said to whom, not on order, process or hash seed."""
    code = (
        "from tests.alerts.fakes import rows_for, signal;"
        "print(*[row.key for row in rows_for([signal()])])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert runs == {" ".join(row.key for row in rows_for([signal()])) + "\n"}
    assert delivery_key([("b", 1), ("a", 2)], "r", "c", {"x": 1}, kind=Why.FIRST) == delivery_key(
        [("a", 2), ("b", 1)], "r", "c", {"x": 1}, kind=Why.FIRST
    )


def test_every_part_of_a_key_counts() -> None:
    """Two deliveries that differ in any part have different keys."""
    keys = {
        delivery_key(about, receiver, channel, settings, kind=kind, count=count)
        for about in ([("a", 1)], [("a", 2)], [("a1", 1)])
        for receiver in ("r", "s")
        for channel in ("c", "d")
        for settings in ({}, {"to": "x"})
        for kind in (Why.FIRST, Why.WORSE)
        for count in (1, 2)
    }
    assert len(keys) == 3 * 2**5
    assert all(len(key) == 32 for key in keys)


def test_rows_go_there_and_back() -> None:
    """A row survives its journey through JSON."""
    for row in rows_for([signal(), regional()]):
        assert OutboxRow.from_row(json.loads(json.dumps(row.to_row()))) == row


def test_the_book_forgets_what_closed_long_ago() -> None:
    """A closed alert is remembered for fourteen days, then dropped."""
    book = Book()
    decide(book, signal())
    decide(book, signal(number=2, transition=Transition.RESOLVED))
    assert decide(book, signal(number=2, transition=Transition.RESOLVED)).rows == ()
    later = Desk(DIRECTORY).decide(book, [], NOON + REMEMBER_CLOSED_MS + 1)
    book.apply(later)
    assert book.get("s1") is None

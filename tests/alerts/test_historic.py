"""What is more than a day old when it becomes known is history: counted, and told once if it stands."""

from alerts.desk import Book, Desk
from alerts.notice import Muted, Why
from alerts.signal import Level, Transition
from alerts.sitting import HISTORIC_MS
from tests.alerts.fakes import DIRECTORY, HOUR, NOON, signal

OLD = NOON - HISTORIC_MS - HOUR


def test_what_is_over_is_one_summary() -> None:
    """Three findings that began and ended the week before give one line to operations."""
    signals = []
    for name in ("a", "b", "c"):
        signals.append(signal(id=name, instant=OLD))
        signals.append(signal(id=name, number=2, instant=OLD + 1, transition=Transition.RESOLVED))
    decision = Desk(DIRECTORY).decide(Book(), signals, NOON)
    assert [row.subject for row in decision.rows] == ["HISTORY - 3 old findings, over since"]
    assert decision.rows[0].receiver == "operations"
    muted = {notice.muted for notice in decision.notices}
    assert muted == {Muted.HISTORIC}
    assert len(decision.alerts) == 3


def test_what_still_stands_is_told_once() -> None:
    """An old finding that is still open is told as it stands now, once, and later heard of as usual."""
    book = Book()
    worse = signal(number=2, instant=OLD + 1, transition=Transition.WORSE, level=Level.CRITICAL)
    decision = Desk(DIRECTORY).decide(book, [signal(instant=OLD), worse], NOON)
    book.apply(decision)
    assert [(row.why, row.level) for row in decision.rows] == [(Why.FIRST, Level.CRITICAL)] * 2
    again = Desk(DIRECTORY).decide(book, [worse], NOON)
    assert again.rows == ()
    over = signal(number=3, instant=NOON, transition=Transition.RESOLVED)
    assert {row.why for row in Desk(DIRECTORY).decide(book, [over], NOON).rows} == {Why.RESOLVED}


def test_who_was_told_hears_of_an_old_end() -> None:
    """An end that is old news is told to those who know of the beginning."""
    book = Book()
    book.apply(Desk(DIRECTORY).decide(book, [signal(instant=NOON)], NOON))
    later = NOON + 3 * HISTORIC_MS
    over = signal(number=2, instant=NOON + HOUR, transition=Transition.RESOLVED)
    decision = Desk(DIRECTORY).decide(book, [over], later)
    assert {row.why for row in decision.rows} == {Why.RESOLVED}


def test_yesterday_is_news() -> None:
    """Up to a day old a finding is told as ever."""
    decision = Desk(DIRECTORY).decide(Book(), [signal(instant=NOON - HISTORIC_MS)], NOON)
    assert {row.why for row in decision.rows} == {Why.FIRST}

"""A draft goes its own way: what it takes over leaves its book as it was, and forgetting is exact."""

from dataclasses import replace

from alerts.alert import Alert, advance
from alerts.book import REMEMBER_CLOSED_MS, Book, place_of
from alerts.desk import Decision
from alerts.handling import Told, Waits
from alerts.notice import Muted, Why
from tests.alerts.fakes import NOON, signal


def standing(name: str) -> Alert:
    """Return an alert that waits in a line, told once in a thread."""
    alert, _ = advance(None, signal(id=name))
    told = Told(1, alert.level, 1, Why.FIRST, NOON, 1, "line", {"email": "thread"})
    waits = Waits(1, Muted.GROUPED, NOON, NOON + 1, "line")
    handling = replace(alert.handling, told={"desk": told}, waits={"desk": waits})
    return replace(alert, handling=handling)


def decided(now: int, *alerts: Alert) -> Decision:
    """Return a decision that only moves alerts."""
    return Decision(now, alerts, (), (), (), ())


def names(book: Book) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return who stands, who waits in the line, who is in the thread, and who is at the place."""
    here = place_of(standing("a"))
    return (
        [alert.id for alert in book.open()],
        list(book.companions("line")),
        [alert.id for alert in book.in_thread("thread")],
        [alert.id for alert in book.at(here)],
    )


def test_a_draft_leaves_its_book_alone() -> None:
    """What a draft hears of is not in the book until the draft takes its place."""
    book = Book([standing("a")])
    draft = book.draft()
    draft.apply(decided(NOON, standing("b")))
    assert names(draft) == (["a", "b"],) * 4
    assert names(book) == (["a"],) * 4


def test_what_is_forgotten_leaves_nothing_behind() -> None:
    """A book that forgot an alert is the one that never knew it."""
    gone = replace(standing("a"), closed_at=NOON)
    book = Book([gone, standing("b")])
    book.apply(decided(NOON + REMEMBER_CLOSED_MS + 1))
    assert book.get("a") is None
    assert names(book) == names(Book([standing("b")]))
    assert book.spoken("line") == NOON

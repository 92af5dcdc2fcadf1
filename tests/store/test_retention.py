"""What is too old goes, in small steps; what is open, young or needed stays."""

import pytest

from alerts.courier import Receipt
from alerts.desk import Book, Desk
from alerts.retry import Result
from alerts.signal import Transition
from service.engine.values import Event, Frame, Outcome
from service.rejected import Reason, rejected
from service.store import retention, statements
from service.store.database import Database, open_store
from service.store.digests import Sent, keep
from service.store.retention import DAY_MS, RULES, Limits, Retention
from tests.alerts.fakes import DIRECTORY, NOON, signal

OLD, YOUNG = NOON - 401 * DAY_MS, NOON - 399 * DAY_MS


class Seconds:
    """Be a clock that is set by hand."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.now = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def _outcome(case: str, ended: int | None, what: str = "kept") -> Outcome:
    return Outcome("t", case, "k", "u", "web", OLD, OLD, ended, what, None, None, False, "", 1)


def _late(case: str, time: int) -> Event:
    return Event(1, 1, "crm", case, "ask", time, None, case, "", "", "", "", {})


def _swept(store: Database, before_seq: int = 0) -> int:
    """Run one whole sweep; return how many turns it took."""
    clock = Seconds()
    sweep = Retention(Limits(), clock=clock, time=lambda: NOON, before_seq=lambda: before_seq)
    assert not sweep.due()
    clock.now += 3600
    turns = 0
    while sweep.due():
        with store.transaction() as transaction:
            sweep.step(transaction)
        clock.now += 1
        turns += 1
    return turns


def _count(store: Database, table: str) -> int:
    return int(store.rows(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - a table of ours


def test_old_rows_go_and_young_ones_stay(address: str) -> None:
    """Each kind at one day beyond and one day within its time; an open case is never too old."""
    store = open_store(address)
    outcomes = (_outcome("c1", OLD), _outcome("c2", YOUNG), _outcome("c3", None, "open"))
    frame = Frame(1, 0, outcomes, (), (), (), (_late("l1", OLD), _late("l2", YOUNG)))
    with store.transaction() as transaction:
        transaction.apply_frames("main", [frame])
        for days in (29, 31):
            transaction.quarantine(NOON - days * DAY_MS, [rejected(Reason.JSON, "x", b"{")])
    _swept(store)
    assert store.rows("SELECT case_id FROM outcome ORDER BY 1") == [("c2",), ("c3",)]
    assert store.rows("SELECT event FROM late_fact") == [("l2",)]
    assert store.rows("SELECT at FROM quarantine") == [(NOON - 29 * DAY_MS,)]
    store.close()


def test_a_closed_alert_goes_with_all_that_was_said_of_it(address: str) -> None:
    """Alert, signals, notices, messages and receipts of an old closed alert; an open one stays."""
    store = open_store(address)
    book, desk = Book(), Desk(DIRECTORY)
    said = [signal(id="s1"), signal(id="s2", scope="york")]
    said.append(signal(id="s1", number=2, transition=Transition.RESOLVED, instant=OLD))
    for one in said:
        decision = desk.decide(book, [one], OLD)
        book.apply(decision)
        with store.transaction() as transaction:
            transaction.save_decision(decision)
            for row in decision.rows:
                transaction.mark(Receipt(row.key, 1, OLD, Result.DELIVERED, "ok"))
    _swept(store)
    assert store.rows("SELECT id FROM alert") == [("s2",)]
    assert {row[0] for row in store.rows("SELECT alert FROM notice")} == {"s2"}
    assert (_count(store, "outbox"), _count(store, "receipt")) == (0, 0)
    store.close()


def test_a_sweep_is_made_of_small_steps(address: str) -> None:
    """700 old rows go in three turns, and everything else is one turn a table."""
    store = open_store(address)
    frame = Frame(1, 0, tuple(_outcome(f"c{n}", OLD) for n in range(700)), (), (), (), ())
    with store.transaction() as transaction:
        transaction.apply_frames("main", [frame])
    assert _swept(store) == len(RULES) + 2
    assert _count(store, "outcome") == 0
    store.close()


def test_a_sweep_reaches_the_whole_table(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little is looked at in one step, every old row is found and no young one goes."""
    monkeypatch.setattr(retention, "PAGES", 1)
    monkeypatch.setattr(retention, "LOOKED_AT", 40)
    store = open_store(address)
    rows = tuple(_outcome(f"c{n}", YOUNG if n % 7 == 0 else OLD) for n in range(1400))
    with store.transaction() as transaction:
        transaction.apply_frames("main", [Frame(1, 0, rows, (), (), (), ())])
    assert _swept(store) > len(RULES) + 10
    assert _count(store, "outcome") == 200
    store.close()


def test_chunks_that_a_start_needs_stay(address: str) -> None:
    """Old chunks go only before the given one; without one, none goes."""
    store = open_store(address)
    with store.transaction() as transaction:
        for number in range(6):
            transaction.append("main", OLD if number < 5 else NOON, "tick", b"")
    _swept(store)
    assert _count(store, "chunk") == 6
    _swept(store, before_seq=4)
    assert store.rows("SELECT seq FROM chunk") == [(4,), (5,), (6,)]
    store.close()
    open_store(address).close()


def _page(at: int) -> Sent:
    return Sent(f"at-{at}", "cco", at, "", {})


def test_pages_as_sent_are_kept_until_their_week_cannot_come_again(address: str) -> None:
    """They go with the outcomes; however short those are kept, never within four weeks."""
    store = open_store(address)
    for at in (OLD, YOUNG):
        store.call(lambda work, at=at: keep(work, _page(at), (), "main"))  # type: ignore[misc]
    _swept(store)
    assert store.rows("SELECT at FROM digest") == [(YOUNG,)]
    assert Limits(outcomes=3 * DAY_MS).digests == 28 * DAY_MS
    store.close()


def test_an_open_commitment_is_never_too_old(address: str) -> None:
    """What is closed or only proposed goes with its time; what leaders still stand for stays."""
    store = open_store(address)
    rows = [(state, OLD, state, "{}") for state in ("open", "closed", "proposed")]
    rows.append(("young", YOUNG, "closed", "{}"))
    store.call(lambda transaction: transaction.many(statements.COMMIT, rows))
    _swept(store)
    assert store.rows("SELECT id FROM commitment ORDER BY id") == [("open",), ("young",)]
    store.close()


def test_the_newest_fact_of_each_kind_stays_as_long_as_people_do(address: str) -> None:
    """Old facts of reports go, but what last said whether somebody is a customer stays longer."""
    store = open_store(address)
    facts = [("a", "bought", OLD), ("a", "bought", OLD + 1), ("a", "left", OLD), ("", "wrote", OLD)]
    facts += [("a", "called", OLD), ("a", "called", YOUNG), ("b", "bought", NOON - 1200 * DAY_MS)]
    rows = [
        ("crm", f"e{number}", kind, at, at, None, "", customer, "", "{}")
        for number, (customer, kind, at) in enumerate(facts)
    ]
    store.call(lambda transaction: transaction.many(statements.TELL, rows))
    _swept(store)
    kept = store.rows("SELECT id FROM told ORDER BY id")
    # Of those that were called the newest before the horizon stays: a customer of old is no newcomer.
    assert kept == [("e1",), ("e2",), ("e4",), ("e5",)]
    store.close()

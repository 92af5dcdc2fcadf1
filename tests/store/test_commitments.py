"""Commitments as stored: never four open whoever writes, and each change with who made it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from alerts.asked import Proposal
from alerts.desk import Decision
from service.report.commitment import MAX_OPEN, Commitment, Reason, Review, State
from service.store import statements
from service.store.commitments import (
    close_commitment,
    commitment,
    commitments,
    late_at,
    open_commitment,
    review_commitment,
)
from service.store.database import Database, open_store
from service.store.reads import Reads
from service.store.requests import By
from service.store.retention import DAY_MS
from tests.alerts.fakes import NOON
from tests.live.postgres import Cluster

ANNA = By("anna", "http", NOON)
WANTED = Commitment(
    "c1",
    State.PROPOSED,
    "answer-request",
    "region",
    "north",
    began_at=NOON,
    what="A person answers within the hour",
    leader="Head of Retail",
    functions=("sales", "it"),
    by="2026-10-04",
    by_at=NOON + 20 * DAY_MS,
    count_before=300,
    aim=30,
)


def wanted(number: int) -> Commitment:
    """Return a commitment for a place of its own."""
    return replace(WANTED, id=f"c{number}", scope=f"r{number}")


def open_count(store: Database) -> int:
    """Return how many are open."""
    return int(store.rows("SELECT count(*) FROM commitment WHERE state = 'open'")[0][0])


def test_from_a_proposal_to_its_end(address: str) -> None:
    """The proposal's row becomes the commitment, and who did what stands in the audit."""
    store, reads = open_store(address), Reads.readonly(address)
    proposal = Proposal("c1", NOON - 5, "c1", "answer-request", "region", "north", 3)
    store.call(lambda t: t.save_decision(_proposing(proposal)))
    (proposed,) = commitments(reads)
    assert (proposed.state, proposed.episodes, proposed.leader) == (State.PROPOSED, 3, "")
    draft = replace(WANTED, episodes=proposed.episodes, alert=proposed.alert)
    assert store.call(lambda t: open_commitment(t, ANNA, draft)).is_done
    later = By("anna", "http", NOON + 9)
    look = Review(later.at, 198, "cover on Saturdays")
    store.call(lambda t: review_commitment(t, later, "c1", look))
    store.call(lambda t: close_commitment(t, later, "c1", 39, "the cover stays"))
    # The desk may propose it once more: what became of it stays.
    store.call(lambda t: t.save_decision(_proposing(proposal)))
    found = commitment(reads, "c")
    assert found is not None
    assert (found.state, found.count_before, found.count_after) == (State.CLOSED, 300, 39)
    assert (found.reviews, found.functions, found.episodes) == ((look,), ("sales", "it"), 3)
    assert store.rows("SELECT at, who, what, about FROM audit ORDER BY number") == [
        (NOON, "anna", "commit", "c1"),
        (NOON + 9, "anna", "review", "c1"),
        (NOON + 9, "anna", "close", "c1"),
    ]
    reads.close()
    store.close()


def test_a_fourth_needs_one_closed(address: str) -> None:
    """The fourth leaves nothing behind, not even in the audit; after one is closed it is opened."""
    store, reads = open_store(address), Reads.readonly(address)
    told = [store.call(lambda t: open_commitment(t, ANNA, wanted(n))).reason for n in range(4)]  # noqa: B023
    assert told == [Reason.OPENED] * MAX_OPEN + [Reason.FULL]
    assert store.rows("SELECT count(*) FROM audit") == [(3,)]
    assert store.call(lambda t: close_commitment(t, ANNA, "none", 1, "why")) is None
    store.call(lambda t: close_commitment(t, ANNA, "c1", 1, "why"))
    assert store.call(lambda t: open_commitment(t, ANNA, wanted(1))).reason is Reason.OVER
    assert store.call(lambda t: open_commitment(t, ANNA, wanted(3))).reason is Reason.OPENED
    assert [one.id for one in commitments(reads, "open")] == ["c0", "c2", "c3"]
    assert [one.id for one in commitments(reads)][-1] == "c1"
    assert commitment(reads, "c") is None
    reads.close()
    store.close()


def test_of_many_processes_three_open_one(postgres: Cluster) -> None:
    """Eight connections that open at the same moment: three do, whatever each of them had counted."""
    address = postgres.fresh()
    stores = [open_store(address) for _ in range(8)]
    with ThreadPoolExecutor(len(stores)) as pool:
        for turn in range(10):
            start = Barrier(len(stores))

            def race(number: int) -> Reason:
                one = wanted(100 * turn + number)  # noqa: B023
                start.wait(10)  # noqa: B023
                return stores[number].call(lambda t: open_commitment(t, ANNA, one)).reason

            told = list(pool.map(race, range(len(stores))))
            assert told.count(Reason.OPENED) == open_count(stores[0]) == MAX_OPEN
            assert set(told) == {Reason.OPENED, Reason.FULL}
            for (name,) in stores[0].rows("SELECT id FROM commitment WHERE state = 'open'"):
                stores[0].call(lambda t: close_commitment(t, ANNA, name, 0, "next"))  # noqa: B023
    for store in stores:
        store.close()


def test_late_cases_of_a_touchpoint(address: str) -> None:
    """Only those of the touchpoint, late, and started in the time."""
    store, reads = open_store(address), Reads.readonly(address)
    rows = [
        ("t", f"c{n}", "k", "u", "web", n, n + 1, None, outcome, None, None, 0, "", 1, 1)
        for n, outcome in enumerate(["late", "late", "kept", "late"])
    ]
    other = ("s", "c1", "k", "u", "web", 1, 2, None, "late", None, None, 0, "", 1, 1)
    store.call(lambda t: t.many(statements.OUTCOME, [*rows, other]))
    assert [row.case for row in late_at(reads, "t", 1, 3)] == ["c1"]
    reads.close()
    store.close()


def _proposing(proposal: Proposal) -> Decision:
    return Decision(NOON, (), (), (), (), (), proposals=(proposal,))

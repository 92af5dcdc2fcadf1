"""Which commitments a week's page shows, and that their counts are those of the stored cases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.asked import Proposal
from alerts.desk import Decision
from alerts.spans import DAY_MS
from service.report.commitment import MAX_OPEN, Commitment, Counts, State, Together
from service.report.descent import Course, Way
from service.report.walk import Page
from service.report.week import Week, weeks_until
from service.store import statements
from service.store.commitments import close_commitment, open_commitment
from service.store.database import Database, open_store
from service.store.reads import Reads
from service.store.requests import By
from service.weekly.commitments import commitments_in, count_now
from tests.alerts.fakes import DIRECTORY, HOUR
from tests.report.lived import NOW, WEEK, ZONE, lived_page

WEEKS = weeks_until(WEEK, 5, ZONE)
# Who began on the Monday four weeks before the page's week saw these people let down since.
NORTH, SOUTH = (9, 7, 5, 3, 1), (2, 2, 2, 2, 2)


def by(at: int) -> By:
    """Return somebody at an instant."""
    return By("anna", "http", at)


def wanted(name: str, began: int, **changes: object) -> Commitment:
    """Return a commitment for the North."""
    end = began + 30 * DAY_MS
    base = Commitment(
        name, State.PROPOSED, "answer-request", "region", "north", began, "It changes", "COO",
        by="2026-10-04", by_at=end, count_before=9, aim=3,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[Database, Reads]]:
    """Give a store with late cases of five weeks: fewer every week in the North, not in the South."""
    address = f"sqlite:///{tmp_path / 'data' / 'erosion.db'}"
    store, reads = open_store(address), Reads.readonly(address)
    for week, north, south in zip(WEEKS, NORTH, SOUTH, strict=True):
        units = [("leeds", "york")[n % 2] for n in range(north)] + ["kent"] * south
        rows = [_late(f"{week.name}-{n}", unit, week) for n, unit in enumerate(units)]
        store.call(lambda t: t.many(statements.OUTCOME, rows))  # noqa: B023
    yield store, reads
    reads.close()
    store.close()


def _late(name: str, unit: str, week: Week) -> tuple[object, ...]:
    began = week.begin + HOUR
    times = (began, began + HOUR, began + 3 * DAY_MS)
    return ("answer-request", name, name, unit, "web", *times, "late", None, None, 0, "", 1, 1)


def shown(reads: Reads, week: Week = WEEK, now: int = NOW) -> tuple[Together, ...]:
    """Return what the page of a week shows."""
    page: Page = replace(lived_page(), week=week, now=now)
    return commitments_in(reads, DIRECTORY, page)


def test_the_count_of_each_week(kept: tuple[Database, Reads]) -> None:
    """The place's people, this week and on the way; the days are those until it was at the aim."""
    store, reads = kept
    began = WEEKS[0].end
    for name, changes in (
        ("c1", {}),
        ("c2", {"per": "unit", "scope": "kent", "aim": 1}),
        ("c3", {"per": "company", "scope": "", "aim": 2}),
    ):
        store.call(lambda t: open_commitment(t, by(began), wanted(name, began, **changes)))  # noqa: B023
    found = {one.commitment.id: one for one in shown(reads)}
    assert [found[name].now for name in ("c1", "c2", "c3")] == [1, 2, 3]
    assert found["c1"].course == Course(Way.DOWN, 21)
    assert found["c2"].course == Course(Way.NOT_FALLING)
    assert found["c3"].course == Course(Way.FALLING, 4)
    assert [found[name].where for name in ("c1", "c2", "c3")] == ["North", "Kent", ""]
    assert found["c1"].title == "A person answers a test-drive request"


def test_who_waits(kept: tuple[Database, Reads]) -> None:
    """Everybody of a week waits for three days, so at its end nobody does and on Tuesday all do."""
    store, reads = kept
    one = wanted("c1", WEEKS[0].end, counts=Counts.WAITING)
    store.call(lambda t: open_commitment(t, by(WEEKS[0].end), one))
    assert [one.now for one in shown(reads)] == [0]
    assert count_now(reads, DIRECTORY, one, WEEKS[3].begin + DAY_MS) == 3
    let_down = replace(one, counts=Counts.LET_DOWN)
    assert count_now(reads, DIRECTORY, let_down, WEEKS[3].end) == 3
    assert count_now(reads, DIRECTORY, let_down, WEEK.end + 30 * DAY_MS) == 3, "not known beyond"


def test_a_closed_one_comes_back_once(kept: tuple[Database, Reads]) -> None:
    """On the page of the week that closed it; on those before it is open, later it is gone."""
    store, reads = kept
    store.call(lambda t: open_commitment(t, by(WEEKS[1].begin), wanted("c1", WEEKS[1].begin)))
    store.call(lambda t: close_commitment(t, by(WEEKS[3].begin + HOUR), "c1", 3, "enough"))
    told = [
        [(one.commitment.closed_at is not None, one.now) for one in shown(reads, week)]
        for week in WEEKS
    ]
    assert told == [[], [(False, 7)], [(False, 5)], [(True, 3)], []]


def test_never_more_than_three(kept: tuple[Database, Reads]) -> None:
    """Closing one and opening the next within a week leaves three on every page."""
    store, reads = kept
    for number in range(MAX_OPEN):
        one = wanted(f"c{number}", WEEKS[0].begin, scope=f"r{number}")
        store.call(lambda t: open_commitment(t, by(WEEKS[0].begin), one))  # noqa: B023
    store.call(lambda t: close_commitment(t, by(WEEK.begin), "c0", 0, "enough"))
    store.call(lambda t: open_commitment(t, by(WEEK.begin + 1), wanted("c9", WEEK.begin + 1)))
    for week in WEEKS:
        standing = [one for one in shown(reads, week) if one.commitment.state is State.OPEN]
        assert len(standing) <= MAX_OPEN
    assert [one.commitment.id for one in shown(reads)] == ["c1", "c2", "c9", "c0"]


def test_proposals_wait_for_four_weeks(kept: tuple[Database, Reads]) -> None:
    """The latest five of the last 28 days stand on the page, with the people of their place."""
    store, reads = kept
    times = [WEEK.end - 29 * DAY_MS, *(WEEK.end - n * DAY_MS for n in range(6, 0, -1))]
    proposals = tuple(
        Proposal(f"p{n}", at, f"p{n}", "answer-request", "unit", f"u{n % 7}", 3)
        for n, at in enumerate(times)
    )
    store.call(lambda t: t.save_decision(Decision(NOW, (), (), (), (), (), proposals=proposals)))
    found = shown(reads)
    assert [one.commitment.id for one in found] == ["p6", "p5", "p4", "p3", "p2"]
    assert {one.commitment.episodes for one in found} == {3}


def test_a_place_is_proposed_once_and_not_while_somebody_leads_it(
    kept: tuple[Database, Reads],
) -> None:
    """The latest proposal of a place stands for all; none does where a commitment is open."""
    store, reads = kept
    places = (("unit", "kent"), ("unit", "kent"), ("region", "north"))
    proposals = tuple(
        Proposal(f"p{n}", WEEK.begin + n, f"p{n}", "answer-request", *place, 3)
        for n, place in enumerate(places)
    )
    store.call(lambda t: t.save_decision(Decision(NOW, (), (), (), (), (), proposals=proposals)))
    assert [one.commitment.id for one in shown(reads)] == ["p2", "p1"]
    store.call(lambda t: open_commitment(t, by(WEEK.end), wanted("c1", WEEK.end)))
    found = shown(reads)
    assert [(one.commitment.id, one.where, one.now) for one in found[1:]] == [("p1", "Kent", 2)]

"""The walk counts people once, adds up everywhere, and keeps the order of the configuration."""

from hypothesis import given
from hypothesis import strategies as st

from service.report.people import WORST_FIRST, CaseRow, People, Waits, counted
from service.report.trust import Blind, Trust, trust_of
from service.report.walk import Held, Lived, Page, Stored, depends_on, kept_all, page_of
from tests.report.lived import HOUR_MS, NOW, PLANS, WEEK, ZONE, case, lived_page, many

ROWS = st.lists(
    st.builds(
        case,
        st.integers(0, 30),
        st.sampled_from(WORST_FIRST),
        st.sampled_from(["u0", "u1", "u2", ""]),
        st.sampled_from(["answer", "near", "wait", "gone"]),
        st.sampled_from(["", "a", "b", "c"]),
        st.sampled_from([None, HOUR_MS // 2, 2 * HOUR_MS]),
        st.sampled_from(["", "observed", "self-reported"]),
    ),
    max_size=60,
)


def touchpoints(page: Page) -> list[Lived]:
    """Return what was lived at each touchpoint, in the order of the page."""
    return [t for j in page.journeys for stage in j.stages for t in stage.touchpoints]


def adds_up(people: People) -> bool:
    """Tell whether everyone who asked stands in one column."""
    parts = people.kept + people.late + people.gave_up + people.unknown + people.open
    return parts == people.asked and people.unanswered <= people.late


@given(ROWS)
def test_every_sum_adds_up(rows: list[CaseRow]) -> None:
    """Asked is kept, late, gave up, unknown and open, for the company and at each touchpoint."""
    page = page_of("x", ZONE, WEEK, NOW, PLANS, Stored(rows))
    found = touchpoints(page)
    assert all(adds_up(people) for people in (page.people, *(one.people for one in found)))
    known = [row for row in rows if row.touchpoint != "gone"]
    assert page.people.asked == len({row.customer or row.case for row in known})
    assert max(one.people.asked for one in found) <= page.people.asked
    assert page.people.late == len({row.person for row in known if row.outcome == "late"})
    for one in found:
        held = one.depends
        assert held is None or held.held <= one.people.late
    trust = page.trust
    assert trust.cases == len(known)
    assert trust.self_reported + trust.unsaid <= trust.cases
    assert max(trust.last_minute, trust.at_once) <= trust.answers <= trust.cases


@given(ROWS)
def test_the_order_of_rows_does_not_matter(rows: list[CaseRow]) -> None:
    """The same cases give the same counts in any order."""
    assert counted(rows) == counted(list(reversed(rows)))


def test_a_customer_counts_once_by_the_worst() -> None:
    """Who asked three times and was let down once was let down; who has no name is one each."""
    rows = [case(1, "kept", customer="a"), case(2, "late", customer="a"), case(3, customer="a")]
    rows += [case(4, "open", customer=""), case(5, "gave up", customer="")]
    assert counted(rows) == People(3, 0, 1, 1, 0, 1, 0)


def test_the_walk() -> None:
    """Stages stand in the configured order; what nobody lived stays, a stage without promises not."""
    page = lived_page()
    assert [stage.title for stage in page.journeys[0].stages] == [
        "I'm curious",
        "I decide",
        "I wait",
    ]
    answer, near, wait = touchpoints(page)
    assert answer.people == People(164, 146, 15, 1, 1, 1, 3)
    assert near.people == People(11, 9, 2, 0, 0, 0, 0)
    assert wait.people == People(0, 0, 0, 0, 0, 0, 0)


def test_who_waits() -> None:
    """Only who is past the promise itself counts; both lengths are those of who waits longest."""
    page = lived_page()
    answer, near, wait = touchpoints(page)
    assert answer.waits == Waits(2, 50 * HOUR_MS, 9 * HOUR_MS)
    assert near.waits == Waits(0, 0, 0)
    assert wait.waits == Waits(1, 120 * HOUR_MS, 30 * HOUR_MS)
    assert page.waits == Waits(3, 120 * HOUR_MS, 30 * HOUR_MS)


def test_it_depends_where_you_live() -> None:
    """One place of ten holds nearly all; where all places are alike, or few are late, nothing is said."""
    assert depends_on(row for row in many() if row.touchpoint == "answer") == Held(1, 10, 14)
    alike = [case(n, "late" if n % 5 == 0 else "kept", unit=f"u{n % 8}") for n in range(200)]
    assert depends_on(alike) is None
    few = [case(n, "late" if n < 9 else "kept", unit="u9" if n < 9 else "u1") for n in range(99)]
    assert depends_on(few) is None


def test_who_kept_every_promise() -> None:
    """Ten kept and none broken or unknown; gone, or still within the promise, breaks nothing."""
    rows = [case(n, unit=unit) for n in range(10) for unit in ("u1", "u2", "u3", "")]
    rows += [case(20, "late", "u2"), case(21, "open", "u3"), case(22, unit="u4")]
    assert kept_all(rows) == ["u1", "u3"]


def test_what_looks_entered_to_please() -> None:
    """The last minute and ten in one minute are counted, at a ratio nobody answers anything."""
    trust = trust_of(many(), {"near"})
    assert trust == Trust(175, 1, 1, 158, 1, 10)
    close = case(1, took=HOUR_MS - 60_000)
    rows = [close, close._replace(ended=close.ended and close.ended - 1), case(2, took=HOUR_MS)]
    assert trust_of(rows, ()).last_minute == 2
    assert trust_of([case(1)._replace(due=None)], ()).last_minute == 0


def test_silent_feeds() -> None:
    """A feed is named once, with the stages that hear it; other alerts are no matter here."""
    page = lived_page()
    crm, fleet = page.blind
    assert crm == Blind("crm", NOW - 20 * HOUR_MS, ("I'm curious",))
    assert fleet.stages == ()

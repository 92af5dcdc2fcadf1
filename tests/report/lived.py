"""A week made by hand: two stages of one journey, with something of everything that a page says."""

from service.report.people import CaseRow, WaitRow
from service.report.trust import MINUTE_MS
from service.report.walk import JourneyPlan, Moment, Page, StagePlan, Stored, page_of
from service.report.week import Week, week_named

HOUR_MS = 60 * MINUTE_MS
ZONE = "Europe/Berlin"
WEEK: Week = week_named("2026-W38", ZONE)
NOW = WEEK.end + 9 * HOUR_MS
NAMES = {f"u{number}": f"Place {number}" for number in range(10)}
PLANS = (
    JourneyPlan(
        "Test drive",
        (
            StagePlan(
                "I'm curious",
                "Someone real is glad I asked.",
                (Moment("answer", "A person answers", "1h open", False, NAMES, ("crm",)),),
            ),
            StagePlan("I decide", "", (Moment("near", "Near enough", "", True, NAMES),)),
            StagePlan("I wait", "", (Moment("wait", "It comes", "4d", False, NAMES),)),
            StagePlan("Nothing here", "", ()),
        ),
    ),
)


def case(
    number: int,
    outcome: str = "kept",
    unit: str = "u1",
    touchpoint: str = "answer",
    customer: str | None = None,
    took: int | None = 30 * MINUTE_MS,
    provenance: str = "observed",
) -> CaseRow:
    """Return one case; of a number that nobody else has it is another customer's."""
    started = WEEK.begin + number * 7 * MINUTE_MS
    ended = None if took is None or outcome in ("open", "gave up") else started + took
    who = f"c{number}" if customer is None else customer
    return CaseRow(
        touchpoint,
        f"n{number}",
        who,
        unit,
        started,
        started + HOUR_MS,
        ended,
        outcome,
        provenance,
    )


def many() -> list[CaseRow]:
    """Return the cases: 9 quiet places, one that holds nearly all who were let down."""
    quiet = [case(n, unit=f"u{n % 9}") for n in range(135)]
    loud = [case(200 + n, "late", "u9", took=None if n < 3 else 2 * HOUR_MS) for n in range(14)]
    odd = [
        case(300, "late", "u0", took=2 * HOUR_MS),
        case(301, "gave up", "u9"),
        case(302, "unknown", "u2", provenance=""),
        case(303, "open", "u3", provenance="self-reported"),
        case(304, "kept", "u3", took=HOUR_MS - 20_000),
    ]
    burst = [case(400, "kept", "u4", customer=f"b{n}")._replace(case=f"b{n}") for n in range(10)]
    near = [case(n, "late" if n < 3 else "kept", touchpoint="near") for n in range(1, 12)]
    return [*quiet, *loud, *odd, *burst, *near]


WAITING = (
    WaitRow("answer", "n200", "c200", 400, 50 * HOUR_MS, 9 * HOUR_MS),
    WaitRow("answer", "n201", "c201", 100, 20 * HOUR_MS, 10 * HOUR_MS),
    WaitRow("answer", "n500", "c500", 50, HOUR_MS, HOUR_MS),
    WaitRow("wait", "n600", "", 100, 120 * HOUR_MS, 30 * HOUR_MS),
)
ALERTS = (
    {"kind": "source silent", "evidence": {"source": "crm", "since": NOW - 20 * HOUR_MS}},
    {"kind": "blind", "evidence": {"source": "crm", "since": NOW - 20 * HOUR_MS}},
    {"kind": "blind", "evidence": {"source": "fleet", "since": NOW - 30 * HOUR_MS}},
    {"kind": "pace", "evidence": {"late": 3}},
)


def lived_page() -> Page:
    """Return the page of the week."""
    stored = Stored(many(), WAITING, ALERTS)
    return page_of("Aurora Motors", ZONE, WEEK, NOW, PLANS, stored)

"""A whole page made by hand: customers, voices, our own score, and what is said of them."""

from dataclasses import replace

from service.report.assets import Assets, Broken, Flow, Segment
from service.report.clientele import Agreed, Clientele, Weekly
from service.report.drop import Drop
from service.report.early import Carded, Early, Idle
from service.report.listening import Agreement, Listening, Survey, Voices
from service.report.reached import Reached
from service.report.scorecard import Scorecard, Share
from service.report.trend import Trend
from service.report.walk import Page
from tests.report.lived import WEEK, lived_page

DAY_MS = 86_400_000
ASSETS = Assets(
    joined=Flow(1142, 250_000_000),
    back=12,
    left=Flow(1318, 310_000_000),
    quiet=40,
    more=2004,
    less=2391,
    up=418,
    down=502,
    referred=311,
    segments=(Segment("families", 612, 540, True), Segment("first car", 530, 778, False)),
    reasons=(("waited too long", 264), ("wanted car not there", 201), ("price", 121)),
    other=316,
    unknown=416,
    lived=(Broken("answer", 264), Broken("near", 31)),
    let_down=280,
    nameless=3,
)
CLIENTELE = Clientele(
    Agreed(14, ("Head of Retail", "Head of Finance"), "EUR", "a year", 90 * DAY_MS),
    ASSETS,
    (Weekly("2026-W37", 1100, 1200), Weekly("2026-W38", 1142, 1318)),
    {"answer": "A person answers", "near": "Near enough"},
)
LISTENING = Listening(
    {"unaided": 1206, "aided": 0, "experiential": 4},
    (("waiting for an answer", 312), ("the price", 40)),
    851,
    3,
    (Survey("survey.answered", 8, 2, WEEK.end + 16 * DAY_MS, 388, 41, 11 * DAY_MS),),
    Agreement("answer", "A person answers", 312, 18, 15, 3),
    {"answer": Voices(312, 18)},
)
DROPS = tuple(
    Drop(
        "answer", "unit", f"u{number}", "north", WEEK.begin - 40 * DAY_MS, WEEK.begin, 40, WEEK.end
    )
    for number in range(6)
)
CARD = Scorecard(
    lag=None,
    drops=Share(16, 22),
    by_member=0,
    leads_ms=(-2 * DAY_MS - 1, *[17 * DAY_MS] * 15),
    raw=Share(16, 24),
    unacted=Share(16, 19),
    prevented=5,
    unverifiable=7,
    people=900,
    missed=DROPS,
    judged={"unit": 20, "region": 4, "company": 0},
)
EARLY = Early(
    (Carded("survey.answered", 900, CARD),), 31, 2, (Idle("near", "Near enough", "late", 4),)
)
TREND = Trend(
    ("2026-W37", "2026-W38"),
    (1100, 1142),
    (1200, 1318),
    (("I'm curious", (12, 15)), ("I decide", (3, 2))),
    (4, 5),
    (300, 8),
    (30, 2),
)


def told_page() -> Page:
    """Return the page of the week made by hand, with everything that may stand on one."""
    return replace(
        lived_page(),
        clientele=CLIENTELE,
        listening=LISTENING,
        early=EARLY,
        reached=Reached(58, 6, 12),
        trend=TREND,
        titles=CLIENTELE.titles,
    )

"""Each figure of the scorecard, on worlds small enough to count on one's fingers."""

import pytest

from service.report.drop import Drop
from service.report.matching import Episode, Tie, tie
from service.report.scorecard import Lived, Scorecard, Share, scorecard
from tests.report.surveyed import DAY_MS, OVER_MS, answers

FALLEN = answers("a", days=56, score=8) + answers("a", first=56, days=28, score=4)
STEADY = answers("b", days=84, score=8)


def alert(
    opened: float,
    closed: float | None = None,
    scope: str = "a",
    per: str = "unit",
    level: str = "warning",
    region: str = "north",
    is_acted: bool | None = None,
) -> Episode:
    """Return an episode; times are days."""
    end = None if closed is None else round(closed * DAY_MS)
    return Episode("t", per, scope, region, round(opened * DAY_MS), end, level, is_acted)


def card(*episodes: Episode, lived: tuple[Lived, ...] = ()) -> Scorecard:
    """Return the scorecard of episodes in a world where unit a falls on day 56 and b does not."""
    return scorecard([*FALLEN, *STEADY], episodes, lived, over_ms=OVER_MS, enough=30)


def visible_day() -> float:
    """Return the day on which the fall of unit a showed, with a warning on day 0 as the ruler."""
    lead = card(alert(0)).lead_median_ms
    assert lead is not None
    return lead / DAY_MS


def test_lead_time() -> None:
    """The lead is the time from the first alert of the match to the instant the drop showed."""
    first, second = alert(57, 60), alert(61, None)
    found = card(first, second)
    assert found.drops == Share(1, 1)
    assert found.lead_median_ms == found.lead_p10_ms == found.lead_min_ms
    assert found.lead_min_ms == round((visible_day() - 57) * DAY_MS)


def test_a_late_alert_has_a_negative_lead() -> None:
    """An alert that opens while the drop is lived but after it showed is reported, as too late."""
    late = visible_day() + 1
    found = card(alert(late))
    assert found.drops == Share(0, 1)
    assert found.lead_min_ms == -DAY_MS
    assert found.raw == Share(0, 1)


def test_warned_so_long_before() -> None:
    """Recall at a lead asks for at least that many days."""
    found = card(alert(57))
    lead = found.lead_min_ms or 0
    assert found.warned_before(lead) == Share(1, 1)
    assert found.warned_before(lead + 1) == Share(0, 1)


def test_a_watch_is_no_alert() -> None:
    """Only warning and above count; a watch is a list."""
    assert card(alert(57, level="watch")).drops == Share(0, 1)
    assert card(alert(57, level="critical")).drops == Share(1, 1)


def test_precision_raw_and_unacted() -> None:
    """Raw precision counts all; the fair one leaves out what somebody acted on."""
    found = card(alert(57), alert(57, 80, "b"), alert(57, 80, "b", is_acted=True))
    assert found.raw == Share(1, 3)
    assert found.unacted == Share(1, 2)


def test_prevention_band() -> None:
    """Acted on, and no drop came: counted apart, neither true nor false in the fair figure."""
    found = card(alert(57, 80, "b", is_acted=True))
    assert found.prevented == 1
    assert found.unacted is None
    assert found.reasons["unacted"] == "no judged warning was left alone"


def test_unverifiable() -> None:
    """Where too few people answered an episode is counted apart, never dropped."""
    found = card(alert(57, 80, "z", region="west"))
    assert found.raw is None
    assert (found.unverifiable, found.reasons["raw"]) == (
        1,
        "no warning stood where the survey can be judged",
    )


def test_a_region_alert_warns_of_a_unit() -> None:
    """An episode of the parent matches; one of another unit or another touchpoint does not."""
    assert card(alert(57, None, "north", "region")).drops == Share(1, 1)
    assert card(alert(57, None, "", "company", region="")).drops == Share(1, 1)
    assert card(alert(57, None, "b")).drops == Share(0, 1)
    assert card(alert(57, None, "south", "region", region="south")).drops == Share(0, 1)
    assert card(alert(57)._replace(touchpoint="u")).drops == Share(0, 1)


def test_one_that_was_over_before_does_not_match() -> None:
    """An episode that ended before the window of the drop warned of something else."""
    assert card(alert(1, 2)).drops == Share(0, 1)


def test_a_unit_of_a_region_that_fell_is_no_recall() -> None:
    """Among small units one always warns: for the region's drop that counts apart."""
    small = [
        answer
        for unit in ("a", "b", "c")
        for answer in answers(unit, days=56, every=2, score=8)
        + answers(unit, first=56, days=28, every=2, score=4)
    ]
    found = scorecard(small, [alert(57)], over_ms=OVER_MS, enough=30)
    assert found.drops == Share(0, 1)
    assert found.by_member == 1
    assert found.raw == Share(1, 1)
    assert found.judged == {"unit": 0, "region": 1, "company": 0}


def test_people_warned_early() -> None:
    """Whoever lived a warned window is counted once, and nobody else."""
    lived = tuple(
        Lived("t", unit, "north", day * DAY_MS, customer)
        for unit, day, customer in (("a", 60, "x"), ("a", 61, "x"), ("a", 62, "y"), ("b", 60, "z"))
    )
    assert card(alert(57), lived=lived).people == 2
    assert card(lived=lived).people == 0


def test_nothing_at_all() -> None:
    """Without answers every figure is None or nothing, with its reason."""
    found = scorecard([], [alert(1)], over_ms=OVER_MS, enough=30)
    assert (found.lag, found.lead_median_ms, found.raw) == (None, None, None)
    assert found.reasons["lag"] == "no survey answer was found"
    assert found.reasons["drops"] == "no window has 30 answers, and 30 before it"
    assert found.unverifiable == 1


@pytest.mark.parametrize(
    ("episode", "drop", "expected"),
    [
        (("unit", "a", "north"), ("unit", "a", "north"), Tie.SAME),
        (("region", "north", "north"), ("unit", "a", "north"), Tie.PARENT),
        (("company", "", ""), ("region", "north", "north"), Tie.PARENT),
        (("unit", "a", "north"), ("region", "north", "north"), Tie.MEMBER),
        (("unit", "a", "north"), ("company", "", ""), Tie.MEMBER),
        (("unit", "b", "north"), ("unit", "a", "north"), None),
        (("region", "south", "south"), ("unit", "a", "north"), None),
        (("unit", "s", "south"), ("region", "north", "north"), None),
    ],
)
def test_ties(
    episode: tuple[str, str, str], drop: tuple[str, str, str], expected: Tie | None
) -> None:
    """Same place, above it, inside it, or nothing."""
    found = Episode("t", *episode, 0, None, "warning")
    assert tie(found, Drop("t", *drop, 0, 1, 30, 1)) is expected

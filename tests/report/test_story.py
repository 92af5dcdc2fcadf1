"""One life of the week: told so that nobody can be recognised, and always the same one."""

import random

from alerts.tongue import ENGLISH
from alerts.tongues import tongue_of
from service.report.lives import Step
from service.report.people import CaseRow
from service.report.story import ALIKE_MIN, DAY_MS, Story, Told, story_of
from service.report.story_words import story_line
from tests.report.lived import HOUR_MS, WEEK, ZONE, case

TOLD = {"answer": Told("A person answers", "1h open")}
LEFT = {"c3": Step("c3", WEEK.begin + 9 * DAY_MS, False, "said", "", 0, "price")}


def late(count: int, unit: str = "u1") -> list[CaseRow]:
    """Return people of one place who were let down."""
    rows = (case(n, "late", unit, customer=f"c{n}", took=(n + 2) * HOUR_MS) for n in range(count))
    return list(rows)


def story(rows: list[CaseRow], left: dict[str, Step] = LEFT) -> Story | None:
    """Return the life of a week in which every place is a region of its own."""
    return story_of(rows, WEEK.begin, ZONE, lambda row: f"Region {row.unit}", TOLD, left, {"c3": 2})


def test_nobody_stands_alone() -> None:
    """Fewer than five people who were let down alike are not told of, however sad the story."""
    assert story(late(ALIKE_MIN - 1)) is None
    assert story(late(ALIKE_MIN)) is not None
    assert story([*late(ALIKE_MIN - 1), *late(ALIKE_MIN - 1, "u2")]) is None


def test_who_left_is_told_first() -> None:
    """Who left afterwards comes before who waited longest, and order changes nothing."""
    rows = late(9)
    found = story(rows)
    assert found is not None
    assert (found.left_after, found.reason, found.wrote) == (8, "price", 2)
    random.Random(1).shuffle(rows)
    assert story(rows) == found
    without = story(rows, {})
    assert without is not None
    assert without.wrote == 2


def test_what_is_told() -> None:
    """The sentences name a weekday, a region, lengths and a reason, and no place, case or customer."""
    found = story(late(9))
    assert found is not None
    text = story_line(found, ENGLISH)
    assert text == (
        "A life: on Monday somebody in Region u1 asked. A person answers: that was promised "
        "(1h open). It happened after 5 h. They wrote 2 times. 8 days later they left: price."
    )
    assert "c3" not in text
    quiet = found._replace(answered_after_h=None, wrote=0, reason="", promise="", left_after=1)
    assert story_line(quiet, ENGLISH) == (
        "A life: on Monday somebody in Region u1 asked. A person answers: that was promised. "
        "It has not happened. 1 day later they left and told nobody why."
    )
    assert "el lunes" in story_line(found, tongue_of("es"))


def test_no_instant_leaves() -> None:
    """What goes to machines is rounded as well: a weekday and hours, nothing to join with a case."""
    found = story(late(9))
    assert found is not None
    assert all(not isinstance(value, int) or value < 1000 for value in found)

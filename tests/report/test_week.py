"""A week begins and ends at midnight of its Mondays, also when the clocks change."""

import pytest

from service.errors import ErosionError
from service.report.week import last_full_week, week_named

HOUR = 3_600_000
ZONE = "Europe/Berlin"


@pytest.mark.parametrize(
    ("name", "hours"), [("2026-W38", 168), ("2026-W13", 167), ("2026-W43", 169), ("2026-W53", 168)]
)
def test_a_week_is_as_long_as_its_clock_says(name: str, hours: int) -> None:
    """The week in which summer time begins is an hour shorter, that in which it ends longer."""
    week = week_named(name, ZONE)
    assert (week.name, week.end - week.begin) == (name, hours * HOUR)


def test_a_week_begins_at_the_midnight_of_the_company() -> None:
    """The same week begins earlier in the east."""
    berlin, mexico = week_named("2026-W38", ZONE), week_named("2026-W38", "America/Mexico_City")
    assert mexico.begin - berlin.begin == 8 * HOUR


def test_small_letters_will_do() -> None:
    """People type as they like."""
    assert week_named(" 2026-w38", ZONE) == week_named("2026-W38", ZONE)


@pytest.mark.parametrize(
    "text", ["", "38", "2026-38", "2026-W00", "2025-W53", "2026-W54", "0000-W01", "9999-W52"]
)
def test_no_week(text: str) -> None:
    """What is no week is refused with how to write one."""
    with pytest.raises(ErosionError) as refused:
        week_named(text, ZONE)
    assert "2026-W38" in refused.value.hint


def test_the_last_full_week_is_over() -> None:
    """An instant before it ends the week is not over, from then on it is."""
    week = week_named("2026-W38", ZONE)
    assert last_full_week(week.end - 1, ZONE).name == "2026-W37"
    assert last_full_week(week.end, ZONE) == week
    assert last_full_week(week_named("2027-W01", ZONE).begin, ZONE).name == "2026-W53"

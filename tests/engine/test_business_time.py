"""Opening-hours arithmetic: printed examples, edges of the clock, and minute-by-minute truth."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine.business_time import Calendar, NoOpenTimeError
from service.engine.plan import Week
from tests.engine.calendars import HOUR, MINUTE, ZONES, MinuteWalker, at, calendar, week

WEEKDAYS = range(5)
EIGHT_TO_FIVE = {day: [(8 * 60, 17 * 60)] for day in WEEKDAYS}
NINE_TO_FIVE = {day: [(9 * 60, 17 * 60)] for day in WEEKDAYS}
ALWAYS = Calendar([(ZONES["Europe/Berlin"], Week("Europe/Berlin", always=True))])

# Whole-minute instants around both changes of the clock in 2026, in every zone used here.
INSTANTS = st.integers(at("2026-03-05") // MINUTE, at("2026-11-20") // MINUTE).map(
    lambda m: m * MINUTE
)
SPAN = st.tuples(st.integers(0, 23 * 4), st.integers(1, 24 * 4)).map(
    lambda s: (s[0] * 15, s[1] * 15)
)


def _valid(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Keep spans that do not overlap; only the last of a day may run past midnight, till five."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and (kept[-1][1] <= kept[-1][0] or start < kept[-1][1]):
            continue
        kept.append((start, end) if end > start else (max(start, 6 * 60), min(end, 5 * 60)))
    return [(a, b) for a, b in kept if a != b]


DAYS = st.dictionaries(
    st.integers(0, 6), st.lists(SPAN, min_size=1, max_size=3).map(_valid).filter(bool), min_size=1
)
ZONE_NAMES = st.sampled_from(sorted(ZONES))
CLOSED = st.lists(st.dates(date(2026, 3, 1), date(2026, 12, 1)), max_size=9).map(
    lambda days: tuple(day.isoformat() for day in days)
)


def test_friday_afternoon_plus_four_hours_is_monday_at_eleven() -> None:
    """Friday 16:00 + 4 h with hours 8-17 is Monday 11:00, which a public guide prints wrong."""
    hours = calendar("UTC", EIGHT_TO_FIVE)
    assert hours.add(at("2026-09-11T16:00"), 4 * HOUR) == at("2026-09-14T11:00")


def test_friday_evening_plus_a_whole_day_is_monday_evening() -> None:
    """Friday 17:00 + 8 h with hours 9-17 is Monday 17:00, not Tuesday morning."""
    hours = calendar("UTC", NINE_TO_FIVE)
    assert hours.add(at("2026-09-11T17:00"), 8 * HOUR) == at("2026-09-14T17:00")


def test_a_closed_day_changes_nothing_but_that_day() -> None:
    """A holiday moves the deadline by that day's hours and leaves the others alone."""
    hours = calendar("Europe/Berlin", EIGHT_TO_FIVE, closed=("2026-09-14",))
    assert hours.add(at("2026-09-11T16:00", "Europe/Berlin"), 4 * HOUR) == at(
        "2026-09-15T11:00", "Europe/Berlin"
    )


def test_a_night_span_belongs_to_the_day_on_which_it_begins() -> None:
    """A closed Saturday drops its own night, never the tail of Friday's."""
    nights = calendar(
        "UTC", {4: [(22 * 60, 2 * 60)], 5: [(22 * 60, 2 * 60)]}, closed=("2026-09-12",)
    )
    assert nights.is_open(at("2026-09-12T01:59"))
    assert not nights.is_open(at("2026-09-12T23:00"))


def test_wall_times_that_do_not_exist_or_occur_twice() -> None:
    """An opening at a missing time is the jump; a closing at a doubled time takes the second."""
    spring = calendar("Europe/Berlin", {6: [(2 * 60 + 30, 4 * 60)]})
    assert spring.between(at("2026-03-29T00:00"), at("2026-03-29T12:00")) == HOUR
    autumn = calendar("Europe/Berlin", {6: [(2 * 60 + 30, 3 * 60)]})
    assert autumn.between(at("2026-10-25T00:00"), at("2026-10-25T12:00")) == 90 * MINUTE
    closing = calendar("Europe/Berlin", {6: [(60, 2 * 60 + 30)]})
    assert closing.between(at("2026-10-24T20:00"), at("2026-10-25T12:00")) == 150 * MINUTE


def test_open_days_count_from_the_day_after_the_start() -> None:
    """Two open days from Friday noon end at Tuesday's close, from any time of that Friday."""
    hours = calendar("UTC", EIGHT_TO_FIVE)
    for clock in ("00:01", "12:00", "23:00"):
        assert hours.close_of_day(at(f"2026-09-11T{clock}"), 2) == at("2026-09-15T17:00")


def test_open_days_of_a_night_span_close_next_morning() -> None:
    """The close of an open date whose hours run past midnight is on the next morning."""
    nights = calendar("UTC", {day: [(22 * 60, 2 * 60)] for day in range(7)})
    assert nights.close_of_day(at("2026-09-11T12:00"), 1) == at("2026-09-13T02:00")


def test_around_the_clock_a_day_closes_at_midnight() -> None:
    """On the calendar `always` one open day ends at the midnight after tomorrow's date."""
    assert ALWAYS.close_of_day(at("2026-09-11T12:00", "Europe/Berlin"), 1) == at(
        "2026-09-13", "Europe/Berlin"
    )
    assert ALWAYS.add(5, 7) == 12


def test_a_calendar_without_open_time_raises_instead_of_looping() -> None:
    """No opening hours at all is an error with a name, not a program that hangs."""
    with pytest.raises(NoOpenTimeError):
        calendar("UTC", {}).add(at("2026-09-11T12:00"), 1)


def test_a_union_is_open_when_any_member_is() -> None:
    """A region's clock runs while any of its units is open, also across zones."""
    members = [
        (ZONES["Asia/Tokyo"], week("Asia/Tokyo", EIGHT_TO_FIVE)),
        (ZONES["America/New_York"], week("America/New_York", EIGHT_TO_FIVE)),
        (ZONES["Europe/Berlin"], week("Europe/Berlin", EIGHT_TO_FIVE)),
    ]
    union = Calendar(members)
    walkers = [MinuteWalker(w.zone, EIGHT_TO_FIVE, ()) for _, w in members]
    start, end = at("2026-09-10T00:00"), at("2026-09-16T00:00")
    truth = sum(MINUTE for t in range(start, end, MINUTE) if any(w.open_minute(t) for w in walkers))
    assert union.between(start, end) == truth


@settings(deadline=None, max_examples=150)
@given(ZONE_NAMES, DAYS, CLOSED, INSTANTS, st.integers(0, 4 * 24 * 60))
def test_between_equals_counting_minutes(
    zone_name: str,
    days: dict[int, list[tuple[int, int]]],
    closed: tuple[str, ...],
    start: int,
    minutes: int,
) -> None:
    """Open time between two instants is what a minute-by-minute walk counts."""
    end = start + minutes * MINUTE
    hours, walker = calendar(zone_name, days, closed), MinuteWalker(zone_name, days, closed)
    wall_edges = not _crosses_change(zone_name, start, end)
    if wall_edges:
        assert hours.between(start, end) == walker.between(start, end)


@settings(deadline=None, max_examples=200)
@given(ZONE_NAMES, DAYS, CLOSED, INSTANTS, st.integers(1, 5 * 24 * 60 * MINUTE))
def test_add_and_between_are_inverse(
    zone_name: str,
    days: dict[int, list[tuple[int, int]]],
    closed: tuple[str, ...],
    start: int,
    amount: int,
) -> None:
    """`between(t, add(t, d))` is d, and no earlier instant would do."""
    hours = calendar(zone_name, days, closed)
    end = hours.add(start, amount)
    assert hours.between(start, end) == amount
    assert hours.between(start, end - 1) == amount - 1


@settings(deadline=None, max_examples=200)
@given(ZONE_NAMES, DAYS, INSTANTS, st.integers(0, 10**8), st.integers(0, 10**8))
def test_add_is_additive_and_monotone(
    zone_name: str, days: dict[int, list[tuple[int, int]]], start: int, first: int, second: int
) -> None:
    """Adding twice equals adding the sum; a later start or a longer time never ends earlier."""
    hours = calendar(zone_name, days)
    assert hours.add(hours.add(start, first), second) == hours.add(start, first + second)
    assert hours.add(start, first) <= hours.add(start, first + second)
    assert hours.add(start, first) <= hours.add(start + second, first)


@settings(deadline=None, max_examples=100)
@given(ZONE_NAMES, DAYS, CLOSED, INSTANTS, INSTANTS, INSTANTS)
def test_between_is_additive(
    zone_name: str,
    days: dict[int, list[tuple[int, int]]],
    closed: tuple[str, ...],
    a: int,
    b: int,
    c: int,
) -> None:
    """Open time over two adjoining stretches is the sum, in whatever order questions are asked."""
    a, b, c = sorted((a, b, c))
    hours = calendar(zone_name, days, closed)
    assert hours.between(b, c) + hours.between(a, b) == hours.between(a, c)


def _crosses_change(zone_name: str, start: int, end: int) -> bool:
    """Tell whether the wall clock jumps nearby; there the settled edge rules hold, not wall minutes."""
    zone = ZONES[zone_name]
    day = 24 * HOUR
    return (zone.local(start - day) - start) != (zone.local(end + day) - end)

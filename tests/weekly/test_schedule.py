"""A page is due once a week at its hour, whatever the clocks of a country or of a machine do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.report.week import week_named
from service.weekly.schedule import (
    DAY_MS,
    Schedule,
    due_for,
    instant_of,
    is_ready,
    last_due,
    next_due,
)

HOUR_MS = 3_600_000
BERLIN = Schedule(0, 7 * 60, "Europe/Berlin", "Europe/Berlin")
# Half hours, two jumps a year in either half, jumps at midnight, a day left out, no jump at all.
ZONES = (
    "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata",
    "Pacific/Apia", "Africa/Casablanca", "America/Havana", "Asia/Tehran", "UTC",
)  # fmt: skip
SCHEDULES = st.builds(
    Schedule,
    st.integers(0, 6),
    st.integers(0, 24 * 60 - 1),
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
)
INSTANTS = st.integers(1_262_304_000_000, 2_000_000_000_000)
WALLS = [
    ("2026-03-29", "02:30", "Europe/Berlin", "2026-03-29T01:00"),
    ("2026-10-25", "02:30", "Europe/Berlin", "2026-10-25T00:30"),
    ("2026-10-25", "03:00", "Europe/Berlin", "2026-10-25T02:00"),
    ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:30"),
    ("2018-11-04", "00:00", "America/Sao_Paulo", "2018-11-04T03:00"),
    ("2011-12-30", "07:00", "Pacific/Apia", "2011-12-30T10:00"),
    ("2026-09-21", "07:00", "Europe/Berlin", "2026-09-21T05:00"),
]


def ms(text: str) -> int:
    """Return the instant of a time in UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(("day", "wall", "zone", "instant"), WALLS)
def test_walls(day: str, wall: str, zone: str, instant: str) -> None:
    """An hour that does not exist is the instant of the jump, one that comes twice its first."""
    hour, minute = map(int, wall.split(":"))
    assert instant_of(date.fromisoformat(day), hour * 60 + minute, zone) == ms(instant)


def test_the_week_that_had_ended() -> None:
    """On Monday at seven the week is due that ended at midnight, and until then the one before."""
    before = last_due(ms("2026-09-21T04:59"), BERLIN)
    assert (before.week.name, before.at) == ("2026-W37", ms("2026-09-14T05:00"))
    due = last_due(ms("2026-09-21T05:00"), BERLIN)
    assert (due.week, due.at) == (week_named("2026-W38", "Europe/Berlin"), ms("2026-09-21T05:00"))
    assert next_due(ms("2026-09-21T05:00"), BERLIN).at == ms("2026-09-28T05:00")


def test_who_had_it_is_asked_no_more() -> None:
    """A receiver who had the week's page is not due, another one is."""
    now = ms("2026-09-24T12:00")
    assert due_for("cco", now, BERLIN, {("2026-W38", "cco")}) is None
    assert due_for("cfo", now, BERLIN, {("2026-W38", "cco")}) == last_due(now, BERLIN)


def test_the_data_must_have_passed_the_week() -> None:
    """It waits for data that reach the end of the week, but no longer than a day."""
    due = last_due(ms("2026-09-21T05:00"), BERLIN)
    assert not is_ready(due, due.at, due.week.end - 1)
    assert is_ready(due, due.at, due.week.end)
    assert not is_ready(due, due.at + DAY_MS - 1, 0)
    assert is_ready(due, due.at + DAY_MS, 0)


@given(INSTANTS, SCHEDULES)
def test_due_is_the_last_hour_and_next_the_one_behind(now: int, schedule: Schedule) -> None:
    """Between what fell due and what falls due next lies now, and a week, give or take a day."""
    last, following = last_due(now, schedule), next_due(now, schedule)
    assert last.at <= now < following.at
    assert abs(following.at - last.at - 7 * DAY_MS) <= 25 * HOUR_MS
    assert last.week.end <= last.at < last.week.end + 9 * DAY_MS
    assert last_due(following.at, schedule) == following
    assert last_due(last.at, schedule) == last


@given(INSTANTS, SCHEDULES)
def test_the_hour_is_on_the_clock_of_its_zone(now: int, schedule: Schedule) -> None:
    """What falls due shows weekday and hour on the wall of its zone, unless the clock jumped there,
    or the week of another zone had still to end."""
    due = next_due(now, schedule)
    wall = datetime.fromtimestamp(due.at / 1000, ZoneInfo(schedule.zone))
    before = wall.astimezone(UTC) - timedelta(seconds=1)
    jumped = before.astimezone(wall.tzinfo).utcoffset() != wall.utcoffset()
    minute = wall.hour * 60 + wall.minute
    assert (
        jumped
        or due.at == due.week.end
        or (wall.weekday(), minute) == (schedule.weekday, schedule.minute)
    )


@given(INSTANTS, SCHEDULES, st.lists(st.integers(-20 * DAY_MS, 20 * DAY_MS), max_size=60))
def test_a_clock_that_jumps(begin: int, schedule: Schedule, steps: list[int]) -> None:
    """However the clock is set, each look leaves its week sent, and no week is sent twice."""
    sent: list[tuple[str, str]] = []
    now = begin
    for step in [0, *steps]:
        now += step
        for receiver in ("cco", "cfo"):
            due = due_for(receiver, now, schedule, sent)
            if due is not None and is_ready(due, now, now):
                sent.append((due.week.name, receiver))
            assert (last_due(now, schedule).week.name, receiver) in sent
    assert len(sent) == len(set(sent))


@given(INSTANTS, SCHEDULES, st.integers(1, 6 * 24))
def test_no_week_of_a_year_is_lost(begin: int, schedule: Schedule, hours: int) -> None:
    """Looked at every six days or oftener for a year, every week of the year is sent, each once."""
    sent: list[tuple[str, str]] = []
    ends: list[int] = []
    for now in range(begin, begin + 366 * DAY_MS, hours * HOUR_MS):
        due = due_for("cco", now, schedule, sent)
        if due is not None:
            sent.append((due.week.name, "cco"))
            ends.append(due.week.end)
    assert len(sent) == len(set(sent))
    assert all(later - earlier <= 7 * DAY_MS + HOUR_MS for earlier, later in pairwise(ends))

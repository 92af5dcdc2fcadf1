"""The guard of time: a clock that jumps fires nothing at once, and nothing stands still for ever."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.hosts.guard import APART_MS, AWAY_MS, NEAR_MS, STEADY_MS, Guard

NOON = 1_789_380_000_000
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
JUMPS = {
    "an hour on": HOUR,
    "an hour back": -HOUR,
    "a day on": DAY,
    "to 1970": -NOON,
    "to 2038": 2_147_483_647_000 - NOON,
}


class Clocks:
    """Hold both clocks, and the guard that looks at them."""

    def __init__(self, last: int | None = None, wall: int = NOON) -> None:
        """Begin at noon."""
        self.wall, self.monotonic = wall, 5 * HOUR
        self.guard = Guard(self.wall, self.monotonic, last)

    def after(self, length: int, jump: int = 0, recorded: Iterable[int] = ()) -> int:
        """Let time pass second by second, then set the wall clock, and return the guard's time."""
        for _ in range(length // SECOND):
            self.wall += SECOND
            self.monotonic += SECOND
            self.guard.now(self.wall, self.monotonic)
        self.wall += jump
        return self.guard.now(self.wall, self.monotonic, recorded)


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_a_jump_is_held_and_time_goes_on_after_five_minutes(jump: int) -> None:
    """Time stands where the clock jumped; after five steady minutes it goes on, never back."""
    clocks = Clocks()
    before = clocks.after(MINUTE)
    assert clocks.after(0, jump) == before
    assert clocks.guard.held
    assert clocks.after(STEADY_MS - SECOND) == before
    goes_on = clocks.after(SECOND)
    assert not clocks.guard.held
    assert goes_on == max(before, clocks.wall)
    assert clocks.after(MINUTE) == goes_on + MINUTE


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_a_jump_that_is_taken_back_costs_nothing(jump: int) -> None:
    """A clock that is set right again within five minutes leaves no trace in time."""
    clocks = Clocks()
    clocks.after(MINUTE, jump)
    assert clocks.after(2 * MINUTE, -jump) == NOON + 3 * MINUTE
    assert not clocks.guard.held


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_a_jump_that_is_taken_back_late_is_right_in_the_end(jump: int) -> None:
    """Set right after an hour: a log that is behind follows; one that is ahead waits, on proof."""
    clocks = Clocks()
    clocks.after(MINUTE, jump)
    clocks.after(HOUR)
    clocks.after(STEADY_MS + SECOND, -jump)
    proved = clocks.after(0, recorded=[clocks.wall])
    assert clocks.after(MINUTE) == max(proved, clocks.wall)
    assert clocks.after(0) == (proved if jump > 0 else clocks.wall)


def test_an_event_recorded_near_the_wall_clock_confirms_it() -> None:
    """One event is enough; one from the future or the past is not."""
    for at, confirms in ((0, True), (NEAR_MS, True), (NEAR_MS + 1, False), (-HOUR, False)):
        clocks = Clocks()
        clocks.after(MINUTE, DAY)
        found = clocks.after(MINUTE, recorded=[clocks.wall + MINUTE + at])
        assert (found == clocks.wall) is confirms
        assert clocks.guard.held is not confirms


def test_a_first_start_is_not_held() -> None:
    """An empty log has no last chunk, so its first minute is now."""
    assert Clocks().after(MINUTE) == NOON + MINUTE


def test_a_start_soon_after_the_last_chunk_is_not_held() -> None:
    """A restart within ten minutes goes on at once, and a clock a little behind is waited for."""
    assert Clocks(NOON - AWAY_MS).after(SECOND) == NOON + SECOND
    behind = Clocks(NOON + 2 * MINUTE)
    assert behind.after(MINUTE) == NOON + 2 * MINUTE
    assert behind.after(2 * MINUTE) == NOON + 3 * MINUTE


@pytest.mark.parametrize("away", [HOUR, 30 * DAY, -HOUR, -NOON], ids=str)
def test_a_start_long_after_the_last_chunk_is_held_but_not_for_ever(away: int) -> None:
    """Five steady minutes, or an event near the wall clock, and time goes on."""
    last = NOON - away
    clocks = Clocks(last)
    assert clocks.after(STEADY_MS - SECOND) == last
    assert clocks.after(SECOND) == max(last, clocks.wall)
    heard = Clocks(last)
    heard.after(SECOND)
    assert heard.after(0, recorded=[heard.wall]) == max(last, heard.wall)


def test_what_was_kept_for_us_while_we_were_away_is_no_future() -> None:
    """Before the wall clock is confirmed, time goes on to what was recorded since the last chunk."""
    last = NOON - 3 * HOUR
    clocks = Clocks(last)
    assert clocks.after(SECOND, recorded=[last + HOUR, last - HOUR]) == last + HOUR
    assert clocks.guard.held
    assert clocks.after(SECOND, recorded=[NOON + DAY]) == last + HOUR


def test_a_clock_set_right_while_a_start_is_held_needs_proof_again() -> None:
    """A start in 1970 that is set right: five more minutes, then the right time."""
    clocks = Clocks(NOON, wall=0)
    assert clocks.after(2 * MINUTE, NOON) == NOON
    assert clocks.after(2 * MINUTE, -NOON) == NOON
    assert clocks.guard.held
    clocks.after(0, NOON)
    assert clocks.after(STEADY_MS) == clocks.wall


STEPS = st.lists(
    st.tuples(
        st.integers(1, 400 * SECOND),
        st.sampled_from([0, 0, 0, 0, APART_MS, -APART_MS, *JUMPS.values()]),
        st.booleans(),
    ),
    max_size=30,
)


@given(st.none() | st.integers(NOON - 40 * DAY, NOON + 40 * DAY), STEPS)
def test_time_never_goes_back_and_never_stays(
    last: int | None, steps: list[tuple[int, int, bool]]
) -> None:
    """No step back, no leap without proof, an end to every hold; then it waits for the wall at most."""
    clocks = Clocks(last)
    stamp = clocks.guard.now(clocks.wall, clocks.monotonic)
    for passed, jump, heard in steps:
        clocks.wall += passed + jump
        clocks.monotonic += passed
        held = clocks.guard.held
        found = clocks.guard.now(
            clocks.wall, clocks.monotonic, [clocks.wall] if heard else [clocks.wall - HOUR]
        )
        assert found >= stamp
        if not held and not heard and abs(jump) > APART_MS:
            assert found == stamp or found - stamp <= AWAY_MS + passed
        stamp = found
    quiet = clocks.after(2 * STEADY_MS)
    assert not clocks.guard.held
    assert clocks.after(2 * AWAY_MS) > quiet or clocks.wall <= quiet

"""Who may be at stake: people first, likely buyers next, money last and rounded."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.message import compose
from alerts.notice import Why
from alerts.stake import Stake, Worth, kept, stake_of, waits_of
from tests.alerts.fakes import DIRECTORY, NOON, TOPIC, signal
from tests.alerts.stories import gathered

MINUTE, HOUR = 60_000, 3_600_000
WORTH = Worth(
    0.18, "so many buy", ((30 * MINUTE, 1.0), (24 * HOUR, 2 / 3)), "they wait", 2200, "USD", "gross"
)


@pytest.mark.parametrize(("hours", "share"), [(1, 0.94), (2, 0.88), (4, 0.82), (8, 0.76)])
def test_the_curve_has_the_printed_values(hours: int, share: float) -> None:
    """After so many hours the share that remains is the one of the product's own table."""
    assert round(kept(WORTH, hours * HOUR), 2) == share


def test_the_worked_example() -> None:
    """Forty requests at four hours are 1.3 likely buyers, about 2,800 of gross."""
    stake = stake_of(WORTH, [(40, 4 * HOUR)])
    assert round(stake.now, 1) == 1.3
    assert stake.money[0] == 2800


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_who_waits_longer_remains_less(one: int, other: int) -> None:
    """The share never rises with the wait, and stays between its ends."""
    short, long = sorted((one, other))
    assert 2 / 3 <= kept(WORTH, long) <= kept(WORTH, short) <= 1.0


@given(st.dictionaries(st.sampled_from([50, 100, 200, 400]), st.integers(0, 50)))
def test_everybody_waits_in_one_band(past: dict[int, int]) -> None:
    """Bands are as many people as passed the lowest mark, whoever passed more of them."""
    falling = dict(zip(sorted(past), sorted(past.values(), reverse=True), strict=True))
    marks = [count for mark, count in sorted(falling.items()) if mark >= 100]
    waits = waits_of(falling, HOUR, 7)
    assert sum(count for count, _ in waits) == (marks[0] if marks else 7)
    assert all(wait >= HOUR for _, wait in waits)


def test_money_has_two_digits() -> None:
    """What is not known to three digits is not said to three digits."""
    assert Stake(1.234, 2.345, 2200, "USD").money == (2700, 5200)
    assert Stake(0.0001, 0.4, 10, "USD").money == (0, 4)
    assert math.isclose(Stake(1, 2, 3, "").joined(Stake(1, 2, 3, "")).tomorrow, 4)


def test_an_alert_says_it_behind_the_people() -> None:
    """The line stands in an alert where the promise has a length, and nowhere else."""
    topic = replace(TOPIC, promise_ms=HOUR)
    known = replace(DIRECTORY, worth=WORTH, topics={TOPIC.id: topic})
    told = compose(gathered(signal(customers=80), why=Why.FIRST, directory=known), NOON)
    [line] = [line for line in told.lines if "At stake" in line]
    assert "likely buyer by tomorrow (USD" in line
    plain = compose(gathered(signal(customers=80), why=Why.FIRST), NOON)
    assert "At stake" not in plain.text
    other = replace(known, worth=replace(WORTH, topics=("another",)))
    assert "At stake" not in compose(gathered(signal(), directory=other, why=Why.FIRST), NOON).text

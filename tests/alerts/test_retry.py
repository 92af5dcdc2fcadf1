"""The table of answers and the schedule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.retry import (
    HOUR_MS,
    MINUTE_MS,
    PATIENCE_MS,
    SCHEDULE_MS,
    SECOND_MS,
    Failure,
    Result,
    failed,
    http,
    retry_after_ms,
    smtp,
    wait_ms,
)
from tests.alerts.fakes import NOON


@pytest.mark.parametrize(
    ("code", "result"),
    [
        (250, Result.DELIVERED),
        (421, Result.RETRY),
        (450, Result.RETRY),
        (451, Result.RETRY),
        (530, Result.RETRY),
        (550, Result.PERMANENT),
        (554, Result.PERMANENT),
    ],
)
def test_smtp_codes(code: int, result: Result) -> None:
    """A four means later, a five means never."""
    assert smtp(code).result is result


@given(st.integers(100, 599))
def test_every_http_status_has_a_result(status: int) -> None:
    """Only 2xx is delivered, and every 5xx is tried again."""
    result = http(status, None, NOON).result
    assert (result is Result.DELIVERED) == (200 <= status < 300)
    if status >= 500:
        assert result is Result.RETRY


def test_every_failure_has_a_result() -> None:
    """No kind of failure is forgotten in the table."""
    assert {failed(failure).result for failure in Failure} == {
        Result.RETRY,
        Result.AMBIGUOUS,
        Result.PERMANENT,
    }


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", 120 * SECOND_MS),
        ("0", 0),
        ("999999999999999999", HOUR_MS),
        ("Mon, 14 Sep 2026 10:05:00 GMT", 5 * MINUTE_MS),
        ("Mon, 14 Sep 2026 09:00:00 GMT", 0),
        ("Mon, 14 Sep 2099 09:00:00 GMT", HOUR_MS),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, wait: int | None) -> None:
    """Seconds and dates are understood, one hour is the most, nonsense is no wish."""
    assert retry_after_ms(value, NOON) == wait


def test_the_schedule_spans_three_days() -> None:
    """Attempts come at once, then ever more slowly, for almost three days."""
    assert SCHEDULE_MS[:7] == (
        0,
        5 * SECOND_MS,
        30 * SECOND_MS,
        2 * MINUTE_MS,
        5 * MINUTE_MS,
        15 * MINUTE_MS,
        30 * MINUTE_MS,
    )
    assert 71 * HOUR_MS < sum(SCHEDULE_MS) <= 72 * HOUR_MS
    assert wait_ms(1, None, 0.0) == 5 * SECOND_MS
    assert wait_ms(len(SCHEDULE_MS), None, 0.0, PATIENCE_MS) is None


def test_patience_is_time_and_not_attempts() -> None:
    """A young message is tried again however often it failed; an old one is tried some times."""
    assert wait_ms(500, None, 0.0, PATIENCE_MS - 1) == HOUR_MS
    assert wait_ms(1, None, 0.0, 9 * PATIENCE_MS) == 5 * SECOND_MS
    assert wait_ms(7, 2_000, 0.0, PATIENCE_MS) is None


@given(st.integers(1, 59), st.integers(0, HOUR_MS), st.floats(-1, 2))
def test_a_wish_is_followed_as_it_is(attempt: int, wish: int, jitter: float) -> None:
    """Nobody is asked sooner than they wished, nor later than a tenth and a second."""
    wait = wait_ms(attempt, wish, jitter)
    assert wait is not None
    assert wish <= wait <= wish * 1.1 + SECOND_MS * 1.1


@given(st.integers(1, 100), st.floats(-1, 2))
def test_jitter_only_lengthens(attempt: int, jitter: float) -> None:
    """A wait without a wish is at most a tenth longer than planned."""
    wait, step = wait_ms(attempt, None, jitter), SCHEDULE_MS[min(attempt, len(SCHEDULE_MS) - 1)]
    assert wait is not None
    assert step <= wait <= step * 1.1

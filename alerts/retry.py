"""The one table that says what an answer means and when to try again.

Four results: delivered, try again, unknown whether it arrived (try again under the same key), and
never.  Every channel asks here; a second opinion inside a channel would be found only on the day
of the outage.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
RETRY_AFTER_MAX_MS = HOUR_MS
JITTER_MAX = 0.1
_FIRST_STEPS_MS = (
    0,
    5 * SECOND_MS,
    30 * SECOND_MS,
    2 * MINUTE_MS,
    5 * MINUTE_MS,
    15 * MINUTE_MS,
    30 * MINUTE_MS,
)
_HOURLY_STEPS = 71
# The wait before each attempt; together a little less than three days.
SCHEDULE_MS = _FIRST_STEPS_MS + (HOUR_MS,) * _HOURLY_STEPS
_MILLISECOND = timedelta(milliseconds=1)
_RETRIED_CLIENT_ERRORS = frozenset({408, 421, 425, 429})


class Result(StrEnum):
    """Say what came of one attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"
    AMBIGUOUS = "ambiguous"
    PERMANENT = "permanent"


class Failure(StrEnum):
    """Say how an attempt failed where no status came back."""

    NOT_CONNECTED = "no connection"
    NO_ANSWER = "no answer after sending"
    NOT_TRUSTED = "no trusted connection"
    NOT_WRITTEN = "could not write"
    NOT_ADDRESSED = "no usable address"
    NOT_CONFIGURED = "not configured"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Carry a channel's answer: the result, a detail without secrets, a wish when to return.

    `reference` is how the channel finds the message again, to edit it or to answer under it.
    """

    result: Result
    detail: str
    after_ms: int | None = None
    reference: str = ""


_FAILURES = {
    Failure.NOT_CONNECTED: Result.RETRY,
    Failure.NO_ANSWER: Result.AMBIGUOUS,
    Failure.NOT_TRUSTED: Result.RETRY,
    Failure.NOT_WRITTEN: Result.RETRY,
    Failure.NOT_ADDRESSED: Result.PERMANENT,
    Failure.NOT_CONFIGURED: Result.PERMANENT,
}


def failed(failure: Failure, detail: str = "") -> Verdict:
    """Classify a failure without a status."""
    return Verdict(_FAILURES[failure], f"{failure.value} ({detail})" if detail else failure.value)


def http(status: int, retry_after: str | None, now: int, detail: str = "") -> Verdict:
    """Classify an HTTP status, with the server's wish when to return."""
    said = f"HTTP {status} {detail}".rstrip()
    if 200 <= status < 300:  # noqa: PLR2004 - the classes of status are round numbers
        return Verdict(Result.DELIVERED, said)
    if status in _RETRIED_CLIENT_ERRORS or status >= 500:  # noqa: PLR2004
        return Verdict(Result.RETRY, said, retry_after_ms(retry_after, now))
    return Verdict(Result.PERMANENT, said)


def smtp(code: int) -> Verdict:
    """Classify an SMTP reply to a recipient or to the message."""
    said = f"SMTP {code}"
    if 200 <= code < 300:  # noqa: PLR2004
        return Verdict(Result.DELIVERED, said)
    return Verdict(Result.PERMANENT if code >= 500 else Result.RETRY, said)  # noqa: PLR2004


def retry_after_ms(value: str | None, now: int) -> int | None:
    """Read a `Retry-After` in seconds or as a date, at most one hour; nonsense is no wish."""
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        wait = int(text[:12]) * SECOND_MS
    else:
        instant = _instant(text)
        if instant is None:
            return None
        wait = instant - now
    return min(max(wait, 0), RETRY_AFTER_MAX_MS)


def wait_ms(attempt: int, after_ms: int | None, jitter: float) -> int | None:
    """Return how long to wait after a failed attempt, counted from 1, or None to give up.

    `jitter` is a number from 0 to 0.1 that the caller draws.
    """
    if attempt >= len(SCHEDULE_MS):
        return None
    share = min(max(jitter, 0.0), JITTER_MAX)
    step = max(SCHEDULE_MS[attempt], after_ms or 0)
    return step + int(step * share)


def _instant(text: str) -> int | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // _MILLISECOND

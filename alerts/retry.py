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
PATIENCE_MS = sum(SCHEDULE_MS)
# So often a wish for less than a minute is believed.
PROMPT_ATTEMPTS = 60
_MILLISECOND = timedelta(milliseconds=1)
# The relay's trouble with us, not with the message: encryption or a login that it wants.
_RELAYS_TROUBLE = frozenset({530, 534, 535, 538})
_RETRIED_CLIENT_ERRORS = frozenset({408, 421, 425, 429})
# Slack's words for what stays wrong until a person changes it.
_SLACK_NEVER = frozenset(
    [
        "access_denied",
        "account_inactive",
        "as_user_not_supported",
        "block_mismatch",
        "channel_not_found",
        "channel_type_not_supported",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_auth",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_charset",
        "invalid_form_data",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_post_type",
        "is_archived",
        "is_inactive",
        "metadata_too_large",
        "missing_post_type",
        "missing_scope",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_permission",
        "no_text",
        "not_allowed_token_type",
        "not_authed",
        "not_in_channel",
        "org_login_required",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "slack_connect_canvas_sharing_blocked",
        "team_access_not_granted",
        "team_not_found",
        "token_expired",
        "token_revoked",
        "too_many_attachments",
        "two_factor_setup_required",
        "user_not_found",
        "cannot_reply_to_message",
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
    ]
)
# After these "some aspect of the operation" may have succeeded, as Slack puts it.
_SLACK_UNSURE = frozenset({"internal_error", "fatal_error", "request_timeout"})


class Result(StrEnum):
    """Say what came of one attempt, or that none is needed because another message says it."""

    DELIVERED = "delivered"
    RETRY = "retry"
    AMBIGUOUS = "ambiguous"
    PERMANENT = "permanent"
    FOLDED = "folded"


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


def slack(code: str, retry_after: str | None = None, now: int = 0) -> Verdict:
    """Classify Slack's word for what went wrong; one that is not known here is tried again."""
    said = f"Slack {code}"
    if code in _SLACK_NEVER:
        return Verdict(Result.PERMANENT, said)
    result = Result.AMBIGUOUS if code in _SLACK_UNSURE else Result.RETRY
    return Verdict(result, said, retry_after_ms(retry_after, now))


def smtp(code: int) -> Verdict:
    """Classify an SMTP reply to a recipient or to the message."""
    said = f"SMTP {code}"
    if 200 <= code < 300:  # noqa: PLR2004
        return Verdict(Result.DELIVERED, said)
    is_final = code >= 500 and code not in _RELAYS_TROUBLE  # noqa: PLR2004
    return Verdict(Result.PERMANENT if is_final else Result.RETRY, said)


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


def wait_ms(attempt: int, after_ms: int | None, jitter: float, age_ms: int = 0) -> int | None:
    """Return how long to wait after a failed attempt, counted from 1, or None to give up.

    A wish is followed as it is: a sink that asks for two seconds gets two, not our next step; many
    in a row cost no patience, which is counted in time.  `age_ms` is how old the message is,
    `jitter` a number from 0 to 0.1 that the caller draws.
    """
    if age_ms >= PATIENCE_MS and attempt >= len(_FIRST_STEPS_MS):
        return None
    wait = SCHEDULE_MS[min(attempt, len(SCHEDULE_MS) - 1)]
    if after_ms is not None:
        wait = max(after_ms, SECOND_MS if attempt < PROMPT_ATTEMPTS else MINUTE_MS)
    return wait + int(wait * min(max(jitter, 0.0), JITTER_MAX))


def _instant(text: str) -> int | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // _MILLISECOND

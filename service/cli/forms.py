"""How signals, outcomes and times look on stdout and in files."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from alerts.signal import Signal
from service.engine.baseline import WEEKS_A_YEAR
from service.engine.values import Outcome
from service.errors import ErosionError

OUTCOME_COLUMNS = (
    "touchpoint",
    "case",
    "unit",
    "outcome",
    "started",
    "due",
    "ended",
    "open_s",
    "own_s",
)


def signal_json(signal: Signal) -> dict[str, object]:
    """Return a signal as 02 describes it: `unit` or `region` only where there is one."""
    scope = {} if signal.per == "company" else {signal.per: signal.scope}
    return {
        "id": signal.id,
        "number": signal.number,
        "transition": signal.transition.value,
        "level": signal.level.value,
        "touchpoint": signal.touchpoint,
        "rule": signal.rule,
        "per": signal.per,
        **scope,
        "instant": utc_text(signal.instant),
        "cases": signal.cases,
        "customers": signal.customers,
    }


def utc_text(at: int | None) -> str:
    """Return RFC 3339 in UTC, with milliseconds only where there are any."""
    if at is None:
        return ""
    moment = datetime.fromtimestamp(at // 1000, tz=UTC).replace(microsecond=at % 1000 * 1000)
    digits = "milliseconds" if at % 1000 else "seconds"
    return moment.isoformat(timespec=digits).replace("+00:00", "Z")


def minute_text(at: int | None) -> str:
    """Return a time for people's eyes, to the minute."""
    if at is None:
        return "-"
    return datetime.fromtimestamp(at // 1000, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")


def seconds_text(length_ms: int) -> str:
    """Return seconds, with a fraction only where there is one."""
    whole, rest = divmod(length_ms, 1000)
    return f"{whole}.{rest:03}".rstrip("0") if rest else str(whole)


def outcome_cells(row: Outcome, open_ms: int, own_ms: int) -> tuple[str, ...]:
    """Return the cells under OUTCOME_COLUMNS."""
    times = (utc_text(row.started), utc_text(row.due), utc_text(row.ended))
    lengths = (seconds_text(open_ms), seconds_text(own_ms))
    return (row.touchpoint, row.case, row.unit, row.outcome, *times, *lengths)


def moment(text: str) -> int:
    """Read a time with an offset that a person typed; raise ErosionError for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ErosionError(
            f"{text!r} is no time with an offset", "write it as 2018-03-01T00:00-03:00"
        )
    return round(found.timestamp() * 1000)


def length_text(length_ms: int) -> str:
    """Return a length of time in hours and minutes, or in seconds where it is that short."""
    minutes = length_ms // 60_000
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes else f"{seconds_text(length_ms)} s"


def baseline_text(baseline: Mapping[str, Any]) -> str:
    """Return how a stream of the rule `pace` is scored, for who asks why."""
    survive, answer = baseline["survive"], baseline["answer"]
    limits = {name: baseline[name] for name in ("watch", "warning") if baseline[name]}
    usual = f"{baseline['usual'] / 10_000:.0f} of 100 are late"
    volume = f"{baseline['cases_a_year'] / WEEKS_A_YEAR:.0f} cases a week"
    if len(survive) == 1:
        unit = -answer[0]
        said = " and ".join(f"{name} at {-(-limit // unit)}" for name, limit in limits.items())
        points = round(survive[0] / unit)
        return f"{usual}, {volume}; every late one +{points}, every one in time -1; {said}"
    scores = "/".join(f"+{score / 1000:.2f}" for score in survive)
    calm = "/".join(f"{score / 1000:.2f}" for score in answer)
    said = " and ".join(f"{name} at {limit / 1000:.2f}" for name, limit in limits.items())
    return f"{usual}, {volume}; still open {scores}, answered {calm}; {said}"

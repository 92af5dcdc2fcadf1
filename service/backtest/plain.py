"""Figures as plain values: JSON for machines, with the numbers behind every share.

What cannot be said is null, never 0.  `is_labelled` says whether `warnings` are false warnings or
merely alarms.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from service.backtest.comparison import Row
from service.backtest.score import Score, Surveyed
from service.backtest.verdict import Finding
from service.report.scorecard import Scorecard

LEAD_DAYS = (7, 14, 28)
DAY_MS = 86_400_000


def plain(score: Score) -> dict[str, Any]:
    """Return the figures of one configuration, ready for JSON."""
    world = score.world
    return {
        "configuration": score.trial.name,
        "is_labelled": score.is_labelled,
        "read": score.trial.counts,
        "from": instant(world.begin),
        "to": instant(world.end),
        "units": len({place[1] for place in world.passages}),
        "cases": world.cases(),
        "alarms": len(score.alarms),
        "precision": values(score.precision),
        "warnings": values(score.warnings),
        "benign_alarms": len(score.verdict.benign),
        "delay": values(score.delay),
        "burden": values(score.burden),
        "intervals": values(score.intervals),
        "asked": values(score.asked),
        "comparison": values(score.rows),
        "surveys": [_survey(one) for one in score.surveys],
        "messages": score.weekly,
        "troubles": [_trouble(finding) for finding in score.verdict.findings],
    }


def values(found: Any) -> Any:
    """Return named tuples as mappings, all the way down."""
    if isinstance(found, tuple) and hasattr(found, "_asdict"):
        return {name: values(value) for name, value in found._asdict().items()}
    if isinstance(found, Mapping):
        return {str(name): values(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [values(value) for value in found]
    return found.value if isinstance(found, Enum) else found


def instant(at: int) -> str:
    """Return an instant in UTC, to the second."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def leads(card: Scorecard) -> dict[int, list[int]]:
    """Return of how many drops was warned so many days before they showed."""
    return {days: list(card.warned_before(days * DAY_MS)) for days in LEAD_DAYS}


def _survey(one: Surveyed) -> dict[str, Any]:
    card = one.card
    return {
        "event": one.event,
        "answers": one.answers,
        "without_case": one.without_case,
        "off_scale": one.off_scale,
        "judged_windows": one.windows,
        "lag": values(card.lag),
        "drops": values(card.drops),
        "drops_warned_by_a_unit_inside_only": card.by_member,
        "lead_median_ms": card.lead_median_ms,
        "lead_p10_ms": card.lead_p10_ms,
        "lead_min_ms": card.lead_min_ms,
        "warned_days_before": {str(days): share for days, share in leads(card).items()},
        "precision_raw": values(card.raw),
        "precision_unacted": values(card.unacted),
        "prevention_band": card.prevented,
        "unverifiable": card.unverifiable,
        "people_warned_early": card.people,
        "judged_at": card.judged,
        "not_enough": card.reasons,
    }


def _trouble(finding: Finding) -> dict[str, Any]:
    label = finding.label
    return {
        "touchpoint": label.touchpoint,
        label.per: label.scope,
        "kind": label.kind,
        "from": instant(label.begin),
        "to": instant(label.end),
        "fate": finding.fate.value,
        "warned": instant(finding.alarm.at) if finding.alarm else None,
        "rule": finding.alarm.rule if finding.alarm else None,
        "cases_until_then": finding.cases,
        "late_until_then": finding.late,
    }


def row_cells(row: Row) -> tuple[str, ...]:
    """Return a line of the comparison in words."""
    return (
        row.name,
        f"{row.alarms:.0f}",
        number(row.per_unit_year, 2),
        percent(row.precision),
        percent(row.recall),
        percent(row.within_28_days),
        number(row.median_days),
        number(row.late_in_all, 0),
        percent(row.drops_warned),
    )


def number(value: float | None, digits: int = 1) -> str:
    """Return a number with so many digits, a dash where it is unknown."""
    return "-" if value is None else f"{value:.{digits}f}"


def percent(hundredths: int | None) -> str:
    """Return hundredths of a percent in whole percent, a dash where it is unknown."""
    return "-" if hundredths is None else f"{hundredths / 100:.0f} %"

"""How early troubles were found: in days, in cases, and in customers let down until then.

A trouble that nobody saw counts with 26 weeks in the restricted mean and with no delay elsewhere.
"""

from collections.abc import Sequence
from typing import NamedTuple

from service.backtest.rate import middle
from service.backtest.verdict import Fate, Finding
from service.backtest.world import DAY_MS
from service.report.scorecard import Share

HORIZON_DAYS = 182
WITHIN_DAYS = (7, 28, 56)
TAIL = 90


class Delay(NamedTuple):
    """Hold the delays; `within` has for each number of days how many troubles were found by then.

    `standing` troubles met an alarm that was there before; they are in no other figure.
    """

    found: Share
    standing: int
    median_days: float | None
    p90_days: float | None
    restricted_mean_days: float | None
    within: dict[int, Share]
    median_cases: float | None
    p90_cases: float | None
    median_late: float | None
    p90_late: float | None
    late_in_all: int


def delay_of(findings: Sequence[Finding]) -> Delay:
    """Return how early the troubles were found."""
    fair = [finding for finding in findings if finding.fate is not Fate.STANDING]
    found = [finding for finding in fair if finding.fate is Fate.FOUND]
    days = [finding.delay_ms / DAY_MS for finding in found if finding.delay_ms is not None]
    cases = [finding.cases for finding in found if finding.cases is not None]
    late = [finding.late for finding in found if finding.late is not None]
    capped = [min(day, HORIZON_DAYS) for day in days] + [HORIZON_DAYS] * (len(fair) - len(found))
    return Delay(
        found=Share(len(found), len(fair)),
        standing=len(findings) - len(fair),
        median_days=middle(days),
        p90_days=middle(days, TAIL),
        restricted_mean_days=sum(capped) / len(capped) if capped else None,
        within={n: Share(sum(day <= n for day in days), len(fair)) for n in WITHIN_DAYS},
        median_cases=middle(cases),
        p90_cases=middle(cases, TAIL),
        median_late=middle(late),
        p90_late=middle(late, TAIL),
        late_in_all=sum(finding.late or 0 for finding in fair),
    )

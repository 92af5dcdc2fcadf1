"""Likely buyers at risk in a week, with the range that chance alone would give.

The figures are the published ones of alerts.stake, so this is an association and never a loss.  A
person counts once at a touchpoint, by the longest wait; who waited no longer than the shortest wait of
the curve is at no risk.  The range is the exact 95 % interval of a count of that mean: it says how few
people this is about, not how good the published figures are.
"""

from collections.abc import Iterable
from typing import NamedTuple

from alerts.stake import Worth, kept
from service.detection.interval import garwood
from service.report.people import CaseRow


class Buyers(NamedTuple):
    """State how many likely buyers may be at risk, at the least and at the most."""

    likely: int
    low: int
    high: int


def buyers_of(rows: Iterable[CaseRow], worth: Worth | None, now: int) -> Buyers | None:
    """Return the likely buyers among people who were let down; None where it is about nobody."""
    if worth is None:
        return None
    waited: dict[str, int] = {}
    for row in rows:
        if row.outcome == "late" and worth.holds_for(row.touchpoint):
            wait = (now if row.ended is None else row.ended) - row.started
            waited[row.person] = max(wait, waited.get(row.person, 0))
    likely = round(sum(worth.share * (1 - kept(worth, wait)) for wait in waited.values()))
    if not likely:
        return None
    low, high = garwood(likely)
    return Buyers(likely, int(low), -int(-high // 1))

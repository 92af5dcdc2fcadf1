"""What scoring at the answer instead of at the due instant would do (03, section 4.1).

Customers who write while all is closed share one due instant.  Scored as answers arrive, the good
half of such a batch comes first and the late ones as a clump.
"""

import numpy as np

from service.detection.interval import garwood
from service.engine.plan import Rule
from service.engine.scored import What
from tests.bench.detection.feed import FULL, Looks, looks_of, ordered
from tests.bench.detection.judging import REGION, known, to_first
from tests.bench.detection.report import Report
from tests.bench.detection.world import (
    LATE,
    PROMISE,
    YEAR_WEEKS,
    Requests,
    arrivals,
    instant_of,
    open_of,
    responses,
)

REGION_A_WEEK, REGION_YEARS = 400, 2
REGIONS = 60
STUDY = {"as answers come": 1.48, "at the due instant": 0.16}


def calm(draw: np.random.Generator, per_week: float, units: int, weeks: float) -> Requests:
    """Return requests to which nothing happens."""
    unit, start = arrivals(draw, np.full(units, float(per_week)), weeks)
    return Requests(unit, start, responses(draw, np.full(len(unit), LATE)))


def scores_of(asked: Requests, at_answer: bool) -> Looks:
    """Return scores alone, at the due instant or, of kept cases, when the answer came."""
    if not at_answer:
        return looks_of(asked, (), scores=True)
    opened = open_of(asked.start)
    instant = instant_of(opened + np.minimum(np.maximum(asked.response, 1), PROMISE))
    size = np.ones(len(opened), np.int64)
    late = asked.response > PROMISE
    return ordered([asked.unit, instant, asked.start, size * FULL, size * int(What.SCORE), late])


def reached(
    draw: np.random.Generator, rule: Rule, per_week: float, streams: int, years: float
) -> dict[str, tuple[int, float]]:
    """Return alarms and years for both ways of scoring the very same requests."""
    found = dict.fromkeys(STUDY, (0, 0.0))
    weeks, base = years * YEAR_WEEKS, known(rule, per_week)
    for first in range(0, streams, 20):
        part = min(20, streams - first)
        asked = calm(draw, per_week, part, weeks)
        for name in STUDY:
            looks = scores_of(asked, name == "as answers come")
            once = to_first(rule, base, looks, part, weeks)
            alarms, time = found[name]
            found[name] = alarms + once.alarms, time + once.years
    return found


def print_order(report: Report) -> None:
    """Print false alarms of a region for both ways of scoring."""
    draw = np.random.default_rng([report.seed, 8])
    found = reached(draw, REGION, REGION_A_WEEK, report.many(REGIONS), REGION_YEARS)
    rows: list[list[str | float]] = []
    for name, (alarms, years) in found.items():
        low, high = (end / years for end in garwood(alarms))
        told = f"{alarms / years:.2f} ({low:.2f}-{high:.2f})"
        rows.append([name, told, STUDY[name], alarms / years / STUDY[name], f"{years:.0f}"])
    head = ["scored", "false alarms a region-year", "study", "ratio", "years"]
    report.table("Order of scoring, a region of 400 a week, asked 0.2", head, rows)

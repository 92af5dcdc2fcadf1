"""Bad days that hit all customers of a day together (03, section 4.4)."""

from dataclasses import replace

import numpy as np
from scipy.special import expit, logit

from service.detection.interval import garwood
from service.detection.learning import baselines
from service.engine.baseline import Learned
from service.engine.plan import Rule
from tests.bench.detection.feed import looks_of
from tests.bench.detection.judging import WATCH, Reached, learned_from_looks, to_first
from tests.bench.detection.report import Report
from tests.bench.detection.world import (
    DAY,
    LATE,
    NEVER,
    PROMISE,
    YEAR_WEEKS,
    Requests,
    arrivals,
    instant_of,
    open_of,
    responses,
)

WEEKS, HISTORIES, YEARS = 26, 300, 2
# The study looked at the promise only; what is shipped looks three times.  A bad day hits either
# what falls due on it, as in the study, or what starts on it.
PROMISE_ONLY = replace(WATCH, checkpoints=(100,))
KINDS = (("due", PROMISE_ONLY), ("due", WATCH), ("start", WATCH))
UNITS = {12: 500, 50: 300}
# Dispersion, false alarms plain, false alarms divided.
STUDY = {
    (12, 0.8): (1.08, 1.22, 1.00),
    (12, 1.2): (1.19, 1.58, 0.94),
    (50, 0.8): (1.38, 3.48, 1.01),
    (50, 1.2): (1.78, 5.46, 0.91),
}


def bad_requests(
    draw: np.random.Generator,
    per_week: int,
    spread: float,
    units: int,
    weeks: float,
    by_due: bool = True,
) -> Requests:
    """Return requests of units whose days shift the log-odds of all that start, or fall due, then."""
    unit, start = arrivals(draw, np.full(units, float(per_week)), weeks)
    days = int(weeks * 7) + 9
    day = instant_of(open_of(start) + PROMISE) // DAY if by_due else start // DAY
    shift = draw.normal(0, spread, units * days)[unit * days + day]
    late = expit(logit(LATE) + shift)
    never = late * NEVER / LATE
    return Requests(unit, start, responses(draw, late, never))


def pooled(seen: list[Learned]) -> Learned:
    """Return what all units together tell, as if one had lived so long."""
    return Learned(
        "u",
        "r",
        sum(one.weeks for one in seen),
        tuple(map(sum, zip(*(one.looked for one in seen), strict=True))),
        tuple(map(sum, zip(*(one.stayed for one in seen), strict=True))),
        (),
    )


def at_promise(one: Learned) -> Learned:
    """Return what is told to who looks at the promise only."""
    due = sum(cases for cases, _ in one.days)
    late = sum(behind for _, behind in one.days)
    return one._replace(looked=(due,), stayed=(late,))


def alarms_of(
    report: Report, per_week: int, spread: float, hit: str, rule: Rule
) -> tuple[int, Reached, Reached]:
    """Return the dispersion that is learned, and alarms without and with it."""
    draw = np.random.default_rng([report.seed, 4, per_week, round(spread * 10), len(hit)])
    past = bad_requests(draw, per_week, spread, HISTORIES, WEEKS, hit == "due")
    # Each unit's days stay apart: those of two units are no neighbours.
    seen = learned_from_looks(looks_of(past, scores=True), ["r"] * HISTORIES, WEEKS)
    if rule is PROMISE_ONLY:
        seen = [at_promise(one) for one in seen]
    divisor = max(one.dispersion for one in baselines(rule, seen).values())
    base = baselines(rule, [pooled(seen)])["u"]
    shipped = base._replace(
        survive=tuple(round(score * 1000 / divisor) for score in base.survive),
        answer=tuple(round(score * 1000 / divisor) for score in base.answer),
    )
    units, weeks = report.many(UNITS[per_week]), YEARS * YEAR_WEEKS
    asked = bad_requests(draw, per_week, spread, units, weeks, hit == "due")
    looks = looks_of(asked, (), scores=True) if rule is PROMISE_ONLY else looks_of(asked)
    plain, divided = (to_first(rule, one, looks, units, weeks) for one in (base, shipped))
    return divisor, plain, divided


def print_days(report: Report) -> None:
    """Print false alarms with and without the dispersion."""
    rows: list[list[str | float]] = []
    for (per_week, spread), (study, plain, divided) in STUDY.items():
        for hit, rule in KINDS:
            divisor, before, after = alarms_of(report, per_week, spread, hit, rule)
            rows.append([
                per_week, spread, hit, "promise only" if rule is PROMISE_ONLY else "shipped",
                divisor / 1000, study, _told(before), plain, before.rate / plain,
                _told(after), divided, after.rate / divided,
            ])  # fmt: skip
    head = [
        "a week", "s", "day of", "rule", "dispersion", "study", "plain", "study", "ratio",
        "divided", "study", "ratio",
    ]  # fmt: skip
    report.table("Bad days, false alarms a unit-year, asked 1", head, rows)


def _told(found: Reached) -> str:
    low, high = (end / found.years for end in garwood(found.alarms))
    return f"{found.rate:.2f} ({low:.2f}-{high:.2f})"

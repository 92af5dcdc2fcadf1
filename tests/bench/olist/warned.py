"""What the study prints of alerts: the simple rows, ours at their number, and the shipped rules."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tests.bench.olist.alerting import (
    Alert,
    Score,
    at_random,
    limit_for,
    rise,
    score,
    spaced,
)
from tests.bench.olist.evidence import grouped
from tests.bench.olist.report import Rows
from tests.bench.olist.shares import FIRST, OBSERVATIONS_MIN, chart
from tests.bench.olist.study import DAYS, Study
from tests.bench.olist.tables import CUT, REGIONS, SPLIT, START, Flags, Floats

SHIPPED_REGIONS = {
    "to-sao-paulo": "SP",
    "to-rio-de-janeiro": "RJ",
    "to-minas-gerais": "MG",
    "to-south": "South",
    "to-northeast": "Northeast",
    "to-other": "Other",
}
OWN_DAYS, OWN_GAP, OWN_MIN = 84, 7, 42
WEEK = 7
BEGINS = {"all": START, "from 2017-10 on": SPLIT}


class Simple(NamedTuple):
    """Describe a simple row: a share of so many days above a limit, or above a p-chart's."""

    name: str
    days: int
    limit: float
    is_chart: bool

    def __str__(self) -> str:
        """Return it in words."""
        limit = f"p-chart {self.limit}" if self.is_chart else f"> {self.limit:.0%}"
        return f"{self.name} {limit}, {self.days} d"


SIMPLE = {
    "region": (
        Simple("promise missed", 7, 0.2, is_chart=False),
        Simple("hand-over overdue", 14, 0.15, is_chart=False),
        Simple("transit slow", 14, 2.0, is_chart=True),
    ),
    "state or area": (
        Simple("promise missed", 7, 0.2, is_chart=False),
        Simple("promise missed", 7, 1.5, is_chart=True),
        Simple("transit slow", 14, 2.0, is_chart=True),
    ),
}
HEAD = "alerts early during false  caught    precision              recall                 lead, monthly"


def alerts(title: str, study: Study, kept: Rows) -> Iterator[str]:
    """Print each simple row, and ours at the same number of alerts."""
    level, week = study.daily(), study.daily(WEEK)
    ours = {"pressure, 28 d": level, "rise of pressure, 7 d": _rise_over_own(week)}
    for period, begin in BEGINS.items():
        yield f"{title + ', ' + period:<34}{HEAD}"
        for rule in SIMPLE[title]:
            found = _simple(study, rule)
            yield _line(str(rule), study, found, begin, kept, period)
            count = score(found, study.falls, begin).alerts
            for name, figure in ours.items():
                mine = _at_most(study, figure, count, begin)
                yield _line(f"  {name}", study, mine, begin, kept, period)


def shipped(title: str, study: Study, kept: Rows) -> Iterator[str]:
    """Print what the shipped rules warned of, each alone and together, by the same definitions."""
    groups = {
        "pace": ("pace",),
        "pace-region": ("pace-region",),
        "waiting": ("waiting",),
        "objective": ("objective",),
        "pace and pace-region": ("pace", "pace-region"),
        "all four": ("pace", "pace-region", "waiting", "objective"),
    }
    for period, begin in BEGINS.items():
        yield f"{title + ', ' + period:<34}{HEAD}"
        for name, rules in groups.items():
            found = _shipped(study, rules)
            yield _line(name, study, found, begin, kept, period)


def _line(
    name: str, study: Study, found: Sequence[Alert], begin: int, kept: Rows, period: str
) -> str:
    judged = score(found, study.falls, begin)
    chance = at_random(found, study.falls, begin)
    kept.append(
        {"rule": name.strip(), "units": len(study.units), "part": period, "random": chance}
        | judged._asdict()
        | {"bounds": judged.bounds()}
    )
    return f"{name:<34}" + _cells(judged, chance)


def _cells(found: Score, chance: tuple[float, float]) -> str:
    shares = [
        f"{share:.2f} ({random:.2f}) {low:.2f}-{high:.2f}"
        for share, random, (low, high) in zip(
            (found.precision, found.recall), chance, found.bounds(), strict=True
        )
    ]
    leads = [f"{np.median(days):.0f} d" if days else "-" for days in (found.weekly, found.monthly)]
    counts = f"{found.alerts:>6}{found.early:>6}{found.during:>7}{found.false:>6}"
    caught = f"{len(found.weekly)} of {found.falls}"
    return f"{counts}  {caught:<10}{shares[0]:<23}{shares[1]:<23}{', '.join(leads)}"


def _simple(study: Study, rule: Simple) -> list[Alert]:
    panel = (study.week if rule.days == WEEK else study.fortnight)[rule.name]
    limit = chart(panel, rule.limit) if rule.is_chart else rule.limit
    above = (panel.share > limit) & (panel.orders >= OBSERVATIONS_MIN)
    return rise(study.units, above[[panel.units.index(unit) for unit in study.units]], FIRST)


def _at_most(study: Study, figure: Floats, count: int, begin: int) -> list[Alert]:
    def above(flags: Flags) -> list[Alert]:
        found = rise(study.units, flags, DAYS[0])
        return [alert for alert in found if begin <= alert.at < CUT]

    return limit_for(figure, count, above)[1]


def _rise_over_own(figure: Floats) -> Floats:
    """Return a figure less its own mean of twelve weeks, up to a week ago, as the p-chart has it."""
    found = np.full_like(figure, np.nan)
    for j in range(OWN_MIN + OWN_GAP, figure.shape[1]):
        past = figure[:, max(0, j - OWN_GAP - OWN_DAYS + 1) : j - OWN_GAP + 1]
        known = (~np.isnan(past)).sum(1) >= OWN_MIN
        found[known, j] = figure[known, j] - np.nanmean(past[known], axis=1)
    return found


def _shipped(study: Study, rules: Sequence[str]) -> list[Alert]:
    """Return warnings at a state or at a region of states, by unit, with seven quiet days before."""
    by_name = grouped(REGIONS)
    regions = {scope: by_name[name] for scope, name in SHIPPED_REGIONS.items()}
    found = []
    for warned in study.known.warned:
        states = regions.get(warned.scope, [warned.scope])
        if warned.rule in rules:
            units = {study.places[state] for state in states if state in study.places}
            found += [Alert(unit, warned.at) for unit in sorted(units) if unit in study.units]
    return spaced(found)

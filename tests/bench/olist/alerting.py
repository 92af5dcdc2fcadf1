"""Alerts against falls: early, during or false, and how many falls had one in time.

An alert is early where a fall of its unit becomes known within 28 days after it, neutral while one
that is known goes on, undecided near the end of the data, and otherwise false.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from service.detection.interval import wilson
from tests.bench.olist.ranking import SEED
from tests.bench.olist.tables import CUT, Flags, Floats
from tests.bench.olist.weeks import Episode

HORIZON = 28
REARM = 7
RUNS = 400


class Alert(NamedTuple):
    """Hold where and when, in local days."""

    unit: str
    at: float


class Score(NamedTuple):
    """Hold what became of the alerts, and the leads of the falls that had one, by publication."""

    alerts: int
    early: int
    during: int
    false: int
    falls: int
    weekly: tuple[float, ...]
    monthly: tuple[float, ...]

    @property
    def precision(self) -> float:
        """Return the share of early ones among those that could be judged."""
        return self.early / (self.early + self.false) if self.early + self.false else 0.0

    @property
    def recall(self) -> float:
        """Return the share of the falls that had an alert."""
        return len(self.weekly) / self.falls if self.falls else 0.0

    def bounds(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return Wilson's 95 % intervals of precision and recall, as if all were independent."""
        return wilson(self.early, self.early + self.false), wilson(len(self.weekly), self.falls)


def rise(units: Sequence[str], above: Flags, first: int) -> list[Alert]:
    """Return an alert for each rise above a limit, after seven quiet days; a row for each unit."""
    found = []
    for unit, row in zip(units, above, strict=True):
        quiet = REARM
        for today, is_above in enumerate(row, first):
            if is_above and quiet >= REARM:
                found.append(Alert(unit, today))
            quiet = 0 if is_above else quiet + 1
    return found


def spaced(alerts: Iterable[Alert]) -> list[Alert]:
    """Keep of the alerts of a unit those with seven quiet days before them."""
    last: dict[str, float] = {}
    found = []
    for alert in sorted(alerts, key=lambda alert: alert.at):
        if alert.at - last.get(alert.unit, -np.inf) > REARM:
            found.append(alert)
        last[alert.unit] = alert.at
    return found


def limit_for(
    figure: Floats, count: int, alerts_above: Callable[[Flags], list[Alert]]
) -> tuple[float, list[Alert]]:
    """Return the limit at which a figure gives so many alerts, or the next number below it."""
    best: tuple[float, list[Alert]] = (float("inf"), [])
    for limit in np.quantile(figure[~np.isnan(figure)], np.linspace(0.999, 0.5, 500)):
        found = alerts_above(figure > limit)
        if len(best[1]) < len(found) <= count:
            best = (float(limit), found)
    return best


def score(alerts: Iterable[Alert], falls: Sequence[Episode], begin: int, end: int = CUT) -> Score:
    """Judge the alerts of a period by the falls that become known in it."""
    mine = [alert for alert in alerts if begin <= alert.at < end]
    fates = [_fate(alert, falls, begin, end) for alert in mine]
    due = [fall for fall in falls if begin + HORIZON <= fall.known <= end]
    firsts = [(fall, at) for fall in due if (at := _first(mine, fall)) is not None]
    return Score(
        len(mine),
        fates.count("early"),
        fates.count("during"),
        fates.count("false"),
        len(due),
        tuple(fall.known - at for fall, at in firsts),
        tuple(_published(fall.monday) - at for fall, at in firsts),
    )


def at_random(
    alerts: Sequence[Alert], falls: Sequence[Episode], begin: int, end: int = CUT
) -> tuple[float, float]:
    """Return precision and recall of as many alerts for each unit, on random days."""
    chance = np.random.default_rng(SEED)
    mine = [alert for alert in alerts if begin <= alert.at < end]
    drawn = []
    for _ in range(RUNS):
        days = chance.integers(begin, end, len(mine))
        moved = [Alert(a.unit, float(d)) for a, d in zip(mine, days, strict=True)]
        found = score(moved, falls, begin, end)
        drawn.append((found.precision, found.recall))
    precision, recall = np.mean(drawn, axis=0)
    return float(precision), float(recall)


def _fate(alert: Alert, falls: Sequence[Episode], begin: int, end: int) -> str:
    mine = [f for f in falls if f.unit == alert.unit and f.over >= begin and f.known <= end]
    if any(alert.at < fall.known <= alert.at + HORIZON for fall in mine):
        return "early"
    if any(fall.known <= alert.at <= fall.over for fall in mine):
        return "during"
    return "undecided" if alert.at + HORIZON > end else "false"


def _first(alerts: Iterable[Alert], fall: Episode) -> float | None:
    in_time = [
        alert.at
        for alert in alerts
        if alert.unit == fall.unit and fall.known - HORIZON <= alert.at < fall.known
    ]
    return min(in_time, default=None)


def _published(monday: int) -> int:
    """Return when a survey week would be known if results came on the 5th of the next month."""
    month = np.datetime64(monday + 6, "D").astype("datetime64[M]") + 1
    return int(month.astype("datetime64[D]").astype(np.int64)) + 4

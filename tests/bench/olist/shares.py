"""The simple rivals: the missed share of a week or two, at a unit, on each day."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from tests.bench.olist.tables import AREAS, CUT, Flags, Floats, Orders, day

FIRST = day("2016-09-01")
LENGTH = CUT - FIRST + 1
OBSERVATIONS_MIN = 10
USUAL_TRANSIT = 0.8
BEFORE = day("2017-10-01")


class Panel(NamedTuple):
    """Hold a share for each unit and day, with how many orders are behind it."""

    units: list[str]
    share: Floats
    orders: Floats

    def at(self, unit: str, today: int) -> float:
        """Return what was known when a day began; not a number where too little was."""
        i, j = self.units.index(unit), today - FIRST
        return float(self.share[i, j]) if self.orders[i, j] >= OBSERVATIONS_MIN else np.nan


def panels(orders: Orders, places: Mapping[str, str], days: int) -> dict[str, Panel]:
    """Return promise missed, hand-over overdue and transit slow over so many days."""
    usual = orders.handed_over + _usual_transit(orders)
    rules = {
        "promise missed": (orders.promised, ~(orders.delivered < orders.promised)),
        "hand-over overdue": (orders.due, ~(orders.handed_over <= orders.due)),
        "transit slow": (usual, ~(orders.delivered <= usual)),
    }
    units = np.array([places[state] for state in orders.state])
    return {name: _panel(orders, units, due, late, days) for name, (due, late) in rules.items()}


def chart(panel: Panel, errors: float) -> Floats:
    """Return the limits of a p-chart: the unit's own twelve weeks, and so many standard errors."""
    limits = np.full_like(panel.share, np.nan)
    for j in range(84 + 7, LENGTH):
        past = panel.share[:, j - 7 - 83 : j - 7 + 1]
        known = (~np.isnan(past)).sum(1) >= 42
        base = np.full(len(past), np.nan)
        base[known] = np.nanmean(past[known], axis=1)
        noise = np.maximum(base * (1 - base), 0.01) / np.maximum(panel.orders[:, j], 1)
        limits[:, j] = base + errors * np.sqrt(noise)
    return limits


def _panel(orders: Orders, units: Flags, due: Floats, late: Flags, days: int) -> Panel:
    names = [str(name) for name in np.unique(units)]
    known = ~orders.canceled & ~np.isnan(due)
    at = np.full(len(due), -1)
    at[known] = np.floor(due[known]).astype(np.int64) + 1 - FIRST
    known &= (at >= 0) & (at < LENGTH)
    rows = []
    for name in names:
        mine = known & (units == name)
        weight = orders.weight[mine]
        counts = (weight * late[mine], weight, np.ones_like(weight))
        rows.append(
            [_trailing(np.bincount(at[mine], c, LENGTH).astype(float), days) for c in counts]
        )
    late_sum, all_sum, number = (np.array(column) for column in zip(*rows, strict=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        return Panel(names, np.where(all_sum > 1e-9, late_sum / all_sum, np.nan), np.rint(number))


def _trailing(values: Floats, days: int) -> Floats:
    total = np.concatenate([np.zeros(days), np.cumsum(values)])
    found: Floats = np.maximum(total[days:] - total[:-days], 0)
    return found


def _usual_transit(orders: Orders) -> Floats:
    """Return the 80 % transit time of each order's area, of orders before October 2017."""
    areas = np.array([AREAS[state] for state in orders.state])
    taken = orders.delivered - orders.handed_over
    found = np.full(len(taken), np.nan)
    for area in np.unique(areas):
        mine = (areas == area) & (orders.asked < BEFORE) & ~np.isnan(taken)
        found[areas == area] = np.quantile(taken[mine], USUAL_TRANSIT)
    return found

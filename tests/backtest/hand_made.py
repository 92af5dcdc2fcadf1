"""Worlds of one's own for judging alarms: three units, a hundred days, a case every half day."""

import numpy as np

from service.backtest.episode import Alarm
from service.backtest.label import Label
from service.backtest.world import NEVER, Passages, World

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
DAYS = 100
UNITS = {"a": "north", "b": "north", "c": "south"}


def passages(late_from: int = DAYS, *, answers: bool = True) -> Passages:
    """Return cases of every half day; from a day on they are late, or are never answered."""
    started = np.arange(0, DAYS * DAY_MS, DAY_MS // 2, dtype=np.int64)
    is_late = started >= late_from * DAY_MS
    took = np.where(is_late, 2 * HOUR_MS, HOUR_MS // 2)
    ended = started + took if answers else np.where(is_late, NEVER, started + took)
    return Passages(started, started + HOUR_MS, ended, is_late)


def world(**late_from: int) -> World:
    """Return the world; a unit's name says from which day on it is late."""
    places = {("t", unit): passages(late_from.get(unit, DAYS)) for unit in UNITS}
    return around(places)


def around(places: dict[tuple[str, str], Passages]) -> World:
    """Return a world of some passages."""
    regions = {place: UNITS.get(place[1], "north") for place in places}
    within: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
    for place, region in regions.items():
        for scope in (("unit", place[1]), ("region", region)):
            within[scope] = (*within.get(scope, ()), place)
    return World(0, DAYS * DAY_MS, "Europe/Berlin", places, regions, within)


def alarm(day: float, until: float = DAYS, scope: str = "a", per: str = "unit") -> Alarm:
    """Return an alarm; times are days."""
    region = UNITS.get(scope, scope)
    return Alarm("t", per, scope, region, round(day * DAY_MS), round(until * DAY_MS), "r")


def label(
    begin: float, end: float, scope: str = "a", per: str = "unit", kind: str = "slow"
) -> Label:
    """Return a label; times are days."""
    region = UNITS.get(scope, scope)
    return Label("", per, scope, region, round(begin * DAY_MS), round(end * DAY_MS), kind)

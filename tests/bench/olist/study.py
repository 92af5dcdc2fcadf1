"""The study: the engine's figure and its rivals for every unit-week and every day."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from service.backtest.outlook import ODDS, pressure
from tests.bench.olist.evidence import BEGIN, WINDOW, Known, grouped
from tests.bench.olist.shares import Panel, panels
from tests.bench.olist.tables import CUT, PLACES, Floats, Orders, Surveys
from tests.bench.olist.weeks import Episode, UnitWeeks, courses, episodes, unit_weeks

DAYS = range(BEGIN + 7, CUT + 1)


class Study(NamedTuple):
    """Hold all that one cut of the country into units needs."""

    places: Mapping[str, str]
    units: list[str]
    weeks: UnitWeeks
    falls: list[Episode]
    week: dict[str, Panel]
    fortnight: dict[str, Panel]
    known: Known

    def ours(self, ahead: int, window: int = WINDOW, odds: float = ODDS) -> Floats:
        """Return the pressure of each unit-week so many weeks before it begins."""
        return self.of(tuple(self.known.counts), ahead, window, odds)

    def of(
        self,
        names: tuple[str, ...],
        ahead: int,
        window: int = WINDOW,
        odds: float = ODDS,
    ) -> Floats:
        """Return the same of some looks only."""
        states = grouped(self.places)
        pairs = zip(self.weeks.unit, self.weeks.monday, strict=True)
        return np.array(
            [
                self._figure(states[unit], int(monday) - 7 * ahead, names, window, odds)
                for unit, monday in pairs
            ]
        )

    def simple(self, name: str, ahead: int) -> Floats:
        """Return a simple share of 14 days, so many weeks before each unit-week begins."""
        panel = self.fortnight[name]
        pairs = zip(self.weeks.unit, self.weeks.monday, strict=True)
        return np.array([panel.at(unit, int(monday) - 7 * ahead) for unit, monday in pairs])

    def daily(self, window: int = WINDOW) -> Floats:
        """Return the pressure by unit and day, not a number before anything is usual."""
        states, names = grouped(self.places), tuple(self.known.counts)
        return np.array(
            [
                [self._figure(states[unit], today, names, window, ODDS) for today in DAYS]
                for unit in self.units
            ]
        )

    def _figure(
        self, states: list[str], today: int, names: tuple[str, ...], window: int, odds: float
    ) -> float:
        looks = self.known.looks(states, today, window)
        return pressure([looks[name] for name in names], odds) if looks else np.nan


def studies(orders: Orders, surveys: Surveys, known: Known) -> dict[str, Study]:
    """Return one study for the regions and one for the states or areas."""
    found = {}
    for title, places in PLACES.items():
        course = courses(surveys, places)
        found[title] = Study(
            places,
            [one.unit for one in course],
            unit_weeks(course),
            episodes(course),
            panels(orders, places, 7),
            panels(orders, places, 14),
            known,
        )
    return found

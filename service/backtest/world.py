"""The ground on which alarms are judged: who was watched, for how long, and what customers lived.

Everything is taken from the rows of outcomes that the engine itself put out, so that the figures and
the rivals of our rules rest on the same facts.  Instants are UTC milliseconds; `NEVER` stands where
an answer did not come.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.backtest.episode import region_of
from service.engine.plan import Plan
from service.engine.values import Outcome
from service.errors import ErosionError

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
YEAR_MS = 365.25 * DAY_MS
NEVER = 2**62

Instants = npt.NDArray[np.int64]
Place = tuple[str, str]  # touchpoint, unit


class Passages(NamedTuple):
    """Hold the cases of one unit at one touchpoint, in the order in which they fell due."""

    started: Instants
    due: Instants
    ended: Instants
    is_late: npt.NDArray[np.bool_]

    def started_between(self, begin: int, end: int) -> int:
        """Count the cases that began in a time."""
        return int(np.count_nonzero((self.started >= begin) & (self.started < end)))

    def late_between(self, begin: int, end: int) -> int:
        """Count the cases that became late in a time."""
        return int(np.count_nonzero(self.is_late & (self.due >= begin) & (self.due < end)))


@dataclass(frozen=True, slots=True)
class World:
    """Hold what was watched between two instants; `regions` are those of the places.

    `within` names the places of each unit and each region, by ("unit" or "region", its id).
    """

    begin: int
    end: int
    zone: str
    passages: Mapping[Place, Passages]
    regions: Mapping[Place, str]
    within: Mapping[tuple[str, str], tuple[Place, ...]]

    @property
    def years(self) -> float:
        """Return the length of the time in years."""
        return (self.end - self.begin) / YEAR_MS

    @property
    def weeks(self) -> float:
        """Return the length of the time in weeks."""
        return (self.end - self.begin) / WEEK_MS

    @property
    def region_places(self) -> set[tuple[str, str]]:
        """Return every touchpoint with every region in which it was watched."""
        return {(place[0], region) for place, region in self.regions.items()}

    def cases(self) -> int:
        """Count the cases that were judged."""
        return sum(len(mine.due) for mine in self.passages.values())


def world_of(
    outcomes: Iterable[Outcome], plan: Plan, touchpoints: frozenset[str], span: tuple[int, int]
) -> World:
    """Return the world of some touchpoints; raise ErosionError where nothing was judged in it."""
    rows: dict[Place, list[Outcome]] = defaultdict(list)
    for row in outcomes:
        if row.touchpoint in touchpoints and row.outcome in ("kept", "late"):
            rows[row.touchpoint, row.unit].append(row)
    found = {place: _passages(mine) for place, mine in sorted(rows.items())}
    if not found or span[0] >= span[1]:
        raise ErosionError(
            "nothing was judged in this time",
            "see `erosion replay FILE --outcomes OUT.csv`: does the configuration fit the events?",
        )
    regions = {place: region_of(plan, place[0], "unit", place[1]) for place in found}
    return World(*span, plan.zone, found, regions, _within(regions))


def first_start(outcomes: Iterable[Outcome]) -> int:
    """Return when the first case began, `NEVER` where there is none."""
    return min((row.started for row in outcomes), default=NEVER)


def _within(regions: Mapping[Place, str]) -> dict[tuple[str, str], tuple[Place, ...]]:
    found: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place, region in regions.items():
        found["unit", place[1]].append(place)
        found["region", region].append(place)
    return {scope: tuple(places) for scope, places in found.items()}


def _passages(rows: list[Outcome]) -> Passages:
    ordered = sorted(rows, key=_due)
    return Passages(
        np.array([row.started for row in ordered], np.int64),
        np.array([_due(row) for row in ordered], np.int64),
        np.array([NEVER if row.ended is None else row.ended for row in ordered], np.int64),
        np.array([row.outcome == "late" for row in ordered], np.bool_),
    )


def _due(row: Outcome) -> int:
    return row.started if row.due is None else row.due

"""How long each case waited, and what the customer said or did afterwards.

The wait is counted on the clock of the promise; who was never answered waited longest.  What a
customer did names its case, else it belongs to the last case of the same customer before it.  Cases
too young to have come to an end are left out, or every recent one would look lost.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import inf
from typing import NamedTuple

import numpy as np

from service.backtest.rate import middle
from service.backtest.turning import Floats
from service.engine.plan import Touchpoint
from service.engine.values import Event, Outcome
from service.settings.survey import Survey

OLD_ENOUGH = 90


class Passed(NamedTuple):
    """Hold one case: its wait on the promise's clock and on the customer's, infinite for ever."""

    case: str
    customer: str
    started: int
    wait: float
    own: float
    is_late: bool


def passed(outcomes: Iterable[Outcome], touchpoint: Touchpoint) -> dict[str, Passed]:
    """Return the judged cases of a touchpoint by their names."""
    is_open = touchpoint.clock == "unit"
    return {
        row.case: Passed(
            row.case,
            row.customer,
            row.started,
            _wait(row, row.open_ms if is_open else row.own_ms),
            _wait(row, row.own_ms),
            row.outcome == "late",
        )
        for row in outcomes
        if row.touchpoint == touchpoint.id and row.outcome in ("kept", "late")
    }


def scored(
    cases: Mapping[str, Passed], events: Iterable[Event], survey: Survey
) -> tuple[Floats, Floats]:
    """Return the waits of those who answered a survey, and their scores."""
    found: dict[str, float] = {}
    for event in events:
        score = survey.score_in(event.data) if event.type == survey.event else None
        if score is not None and event.case in cases:
            found[event.case] = score
    waits = [cases[case].wait for case in found]
    return np.array(waits, np.float64), np.array(list(found.values()), np.float64)


class Completed(NamedTuple):
    """Hold the cases old enough to know, which of them were completed, and how old that is."""

    cases: tuple[Passed, ...]
    done: frozenset[str]
    old_ms: float

    def turned(self) -> tuple[Floats, Floats]:
        """Return the waits of the cases, and 1 for each that was completed."""
        waits = np.array([one.wait for one in self.cases], np.float64)
        return waits, np.array([one.case in self.done for one in self.cases], np.float64)


def completed(
    cases: Mapping[str, Passed], events: Iterable[Event], kind: str, end: int
) -> Completed:
    """Return which cases an event says went on."""
    mine: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for one in cases.values():
        if one.customer:
            mine[one.customer].append((one.started, one.case))
    for begun in mine.values():
        begun.sort()
    done: dict[str, int] = {}
    for event in events:
        case = _case_of(event, cases, mine) if event.type == kind else None
        if case is not None:
            done.setdefault(case, event.time)
    lags = [at - cases[case].started for case, at in done.items()]
    old = middle(lags, OLD_ENOUGH) or 0
    ripe = tuple(one for one in cases.values() if one.started <= end - old)
    return Completed(ripe, frozenset(done), old)


def _case_of(
    event: Event, cases: Mapping[str, Passed], mine: Mapping[str, list[tuple[int, str]]]
) -> str | None:
    if event.case in cases:
        return event.case
    begun = mine.get(event.customer, [])
    place = bisect_right(begun, (event.time, "\U0010ffff"))
    return begun[place - 1][1] if place else None


def _wait(row: Outcome, length: int | None) -> float:
    return inf if row.ended is None or length is None else float(length)

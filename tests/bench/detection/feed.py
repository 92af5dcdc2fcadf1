"""From requests to what a stream is told: arrays first, and objects only as they are taken.

The order is that of the timeline: instant, then start, checkpoint and kind.
"""

from collections.abc import Iterator
from itertools import pairwise, repeat
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from service.engine.case import Case
from service.engine.scored import Scored, What
from service.engine.zone import Zone
from tests.bench.detection.world import DAY, PROMISE, Ints, Requests, instant_of, open_of

DUE, FULL = 1, 100
UTC = Zone("UTC", [(0, 0)])
_WHATS = tuple(What)


class Unit:
    """Stand in for a place."""

    def __init__(self, name: str, region: str = "r") -> None:
        """Take what is asked of a place."""
        self.id, self.region, self.zone = name, region, UTC


class Stand:
    """Stand in for a case: what a stream of pace asks of one."""

    __slots__ = ("customer", "id", "place")

    def __init__(self, name: str, place: Unit) -> None:
        """Make a case of a customer who has only this one."""
        self.id, self.customer, self.place = name, "", place


NOBODY = cast(Case, Stand("", Unit("")))


class Looks(NamedTuple):
    """Hold all scores and looks, sorted by unit and then in the order of the timeline."""

    unit: Ints
    instant: Ints
    started: Ints
    checkpoint: Ints
    what: Ints
    late: NDArray[np.bool_]

    def bounds(self, units: int) -> list[tuple[int, int]]:
        """Return where each unit's rows begin and end."""
        edges = np.searchsorted(self.unit, np.arange(units + 1)).tolist()
        return list(pairwise(edges))


def looks_of(
    asked: Requests, checkpoints: tuple[int, ...] = (50, 100, 200), scores: bool = False
) -> Looks:
    """Return what is seen of requests; a look that finds an answer is the last."""
    opened = open_of(asked.start)
    parts = []
    still = np.ones(len(opened), np.bool_)
    for percent in checkpoints:
        amount = PROMISE * percent // FULL
        late = asked.response > amount
        parts.append(_part(asked, opened, amount, still, percent, What.LOOK, late))
        still = still & late
    if scores:
        late = asked.response > PROMISE
        every = np.ones(len(opened), np.bool_)
        parts.append(_part(asked, opened, PROMISE, every, FULL, What.SCORE, late))
    return ordered([np.concatenate(column) for column in zip(*parts, strict=True)])


def ordered(columns: list[NDArray[np.generic]]) -> Looks:
    """Return rows in the order of the timeline, unit by unit."""
    unit, instant, started, checkpoint, what, _ = columns
    order = np.lexsort((what, checkpoint, started, instant, unit))
    return Looks(*[column[order] for column in columns])  # type: ignore[arg-type]


def _part(
    asked: Requests,
    opened: Ints,
    amount: int,
    kept: NDArray[np.bool_],
    percent: int,
    what: What,
    late: NDArray[np.bool_],
) -> list[NDArray[np.generic]]:
    instant = instant_of(opened[kept] + amount)
    size = len(instant)
    return [
        asked.unit[kept],
        instant,
        asked.start[kept],
        np.full(size, percent),
        np.full(size, int(what)),
        late[kept],
    ]


def told(looks: Looks, low: int, high: int, place: Unit | None = None) -> Iterator[Scored]:
    """Yield rows as the engine tells them; with a place, late scores bring a case of their own."""
    what = [_WHATS[one] for one in looks.what[low:high].tolist()]
    late = looks.late[low:high].tolist()
    cases: Iterator[Case] = repeat(NOBODY)
    if place is not None:
        cases = (
            cast(Case, Stand(f"{place.id}/{n}", place))
            if late[n] and what[n] is What.SCORE
            else NOBODY
            for n in range(len(what))
        )
    rows = zip(
        looks.instant[low:high].tolist(),
        repeat(DUE),
        looks.started[low:high].tolist(),
        repeat(""),
        looks.checkpoint[low:high].tolist(),
        what,
        late,
        cases,
        strict=False,
    )
    return map(Scored._make, rows)


def day_counts(looks: Looks) -> dict[int, list[tuple[int, int]]]:
    """Return for each unit the (cases due, late ones) of its days, from the scores."""
    score = looks.what == What.SCORE
    keys = looks.unit[score] * 100_000 + looks.instant[score] // DAY
    days, place, due = np.unique(keys, return_inverse=True, return_counts=True)
    late = np.bincount(place, looks.late[score], len(days)).astype(np.int64)
    found: dict[int, list[tuple[int, int]]] = {}
    rows = zip((days // 100_000).tolist(), due.tolist(), late.tolist(), strict=True)
    for unit, cases, behind in rows:
        found.setdefault(unit, []).append((cases, behind))
    return found

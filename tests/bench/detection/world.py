"""An invented trade: when requests come, how long an answer takes, and what may go wrong.

Requests are Poisson with a season of 20 % over the year and an hour of the week that knows evenings
and weekends.  Units work Monday to Friday from 9 to 18 and Saturday from 9 to 13; answers take open
time, log-normal with sigma 1.2, of which 10 % are later than 8 open hours; 1.5 % never come.  All
instants are milliseconds after a Monday midnight.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

HOUR = 3_600_000
DAY, WEEK = 24 * HOUR, 168 * HOUR
YEAR_WEEKS = 52.18
PROMISE = 8 * HOUR
LATE, NEVER = 0.10, 0.015
SIGMA, SEASON = 1.2, 0.2
FOREVER = 2**50
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_OPENS = np.array([day * 24 + 9 for day in range(6)], np.int64) * HOUR
_CLOSES = np.array([day * 24 + (18 if day < 5 else 13) for day in range(6)], np.int64) * HOUR
_ENDS = np.cumsum(_CLOSES - _OPENS)
_BEFORE = np.concatenate(([0], _ENDS))
OPEN_WEEK = int(_ENDS[-1])


def _hours() -> Floats:
    """Return how requests spread over the hours of a week, as a running total."""
    day = np.array([0.1] * 7 + [0.5] * 2 + [1.0] * 9 + [0.5] * 4 + [0.1] * 2)
    week = np.concatenate([day] * 5 + [day * 0.7, day * 0.4])
    found: Floats = np.cumsum(week) / week.sum()
    return found


_HOURS = _hours()


class Requests(NamedTuple):
    """Hold who was asked, when, and after how much open time the answer came."""

    unit: Ints
    start: Ints
    response: Ints


def open_of(at: Ints) -> Ints:
    """Return the open time from the beginning to an instant."""
    week, rest = np.divmod(at, WEEK)
    span = np.searchsorted(_CLOSES, rest, "right")
    inside = np.minimum(span, 5)
    part = np.where(span > 5, 0, np.maximum(rest - _OPENS[inside], 0))
    return np.asarray(week * OPEN_WEEK + _BEFORE[span] + part, np.int64)


def instant_of(opened: Ints) -> Ints:
    """Return the first instant by which so much open time has passed."""
    week = (opened - 1) // OPEN_WEEK
    rest = opened - week * OPEN_WEEK
    span = np.searchsorted(_ENDS, rest, "left")
    return np.asarray(week * WEEK + _CLOSES[span] - (_ENDS[span] - rest), np.int64)


def arrivals(draw: np.random.Generator, per_week: Floats, weeks: float) -> tuple[Ints, Ints]:
    """Return the unit and the start of each request; each unit has a season of its own."""
    counts = draw.poisson(per_week * weeks * (1 + SEASON))
    unit = np.repeat(np.arange(len(per_week)), counts)
    week = draw.integers(0, int(np.ceil(weeks)), len(unit))
    hour = np.searchsorted(_HOURS, draw.random(len(unit)))
    start = week * WEEK + hour * HOUR + draw.integers(0, HOUR, len(unit))
    phase = draw.random(len(per_week))[unit]
    season = 1 + SEASON * np.sin(2 * np.pi * (start / (YEAR_WEEKS * WEEK) + phase))
    kept = (draw.random(len(unit)) < season / (1 + SEASON)) & (start < weeks * WEEK)
    return unit[kept], start[kept]


def responses(draw: np.random.Generator, late: Floats, never: Floats | float = NEVER) -> Ints:
    """Return open times of which a share is later than promised, and a part of it never comes."""
    slow = (late - never) / (1 - never)
    hours = PROMISE * np.exp(SIGMA * (draw.standard_normal(len(late)) + ndtri(slow)))
    gone = draw.random(len(late)) < never
    return np.where(gone, FOREVER, np.minimum(hours, FOREVER).astype(np.int64))


def stays(late: float = LATE, at: tuple[float, ...] = (0.5, 1, 2)) -> tuple[float, ...]:
    """Return the true shares that stay open at each checkpoint."""
    reach = ndtri((late - NEVER) / (1 - NEVER))
    left = [NEVER + (1 - NEVER) * float(ndtr(reach - np.log(times) / SIGMA)) for times in at]
    return tuple(one / before for one, before in zip(left, [1.0, *left], strict=False))


def degraded(draw: np.random.Generator, kind: str, since: Ints) -> Ints:
    """Return open times of requests that start so long after a change; before it all is as usual."""
    after = since >= 0
    late = np.full(len(since), LATE)
    if kind in ("mild", "slow"):
        late[after] = 0.2 if kind == "mild" else 0.3
    if kind == "ramp":
        late += 0.2 * np.clip(since / (6 * WEEK), 0, 1)
    found = responses(draw, late)
    if kind == "benign":
        quick = after & (found < PROMISE // 2)
        found[quick] = np.sqrt(found[quick] * (PROMISE / 2)).astype(np.int64)
    share = {"stall": 0.25, "freeze": 1.0}.get(kind, 0.0)
    found[after & (draw.random(len(since)) < share)] = FOREVER
    return found

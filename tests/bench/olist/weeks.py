"""What the survey said, week by week, and when it fell: the truth that everything is held against."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from tests.bench.olist.tables import CUT, START, Days, Flags, Floats, Names, Surveys

ANSWERS_MIN = 15
UNIT_WEEKS_MIN = 20
REFERENCE_WEEKS, REFERENCE_MIN, GAP = 12, 6, 2
FALL, ERRORS = 0.3, 1.64
AHEAD = (0, 1, 2, 3)


class Course(NamedTuple):
    """Hold the survey weeks of one unit, without a gap."""

    unit: str
    monday: Days
    mean: Floats
    counts: Flags
    low: Flags


class UnitWeeks(NamedTuple):
    """Hold the unit-weeks that count, with what the survey had last published, by weeks ahead."""

    unit: Names
    monday: Days
    low: Flags
    first: Flags
    published: Floats


class Episode(NamedTuple):
    """Hold a fall: its first week, the day on which it is known, and the day of its last week."""

    unit: str
    monday: int
    known: int
    over: int


def courses(surveys: Surveys, places: Mapping[str, str]) -> list[Course]:
    """Return the course of each unit that has enough weeks."""
    units = np.array([places[state] for state in surveys.state])
    found = [_course(surveys, units == name, str(name)) for name in np.unique(units)]
    return [course for course in found if course.counts.sum() >= UNIT_WEEKS_MIN]


def unit_weeks(found: list[Course]) -> UnitWeeks:
    """Return all unit-weeks of the period that is judged."""
    rows = []
    for course in found:
        known = np.where(course.counts, course.mean, np.nan)
        for i in np.flatnonzero(course.counts):
            if START <= course.monday[i] < CUT:
                published = [known[i - k - 1] if i > k else np.nan for k in AHEAD]
                is_first = not course.low[max(0, i - 2) : i].any()
                rows.append((course.unit, course.monday[i], course.low[i], is_first, published))
    columns = list(zip(*rows, strict=True))
    return UnitWeeks(*(np.array(column) for column in columns))


def episodes(found: list[Course]) -> list[Episode]:
    """Return the falls: a low week after two that are not."""
    rows = []
    for course in found:
        low = course.low
        for i in np.flatnonzero(low):
            if low[max(0, i - 2) : i].any():
                continue
            end = int(i)
            while end + 1 < len(low) and low[end + 1 : end + 3].any():
                end += 1
            days = [int(course.monday[j]) + 7 for j in (i, end)]
            rows.append(Episode(course.unit, int(course.monday[i]), *days))
    return rows


def _course(surveys: Surveys, mine: Flags, unit: str) -> Course:
    monday = (np.floor(surveys.answered[mine]).astype(np.int64) - 4) // 7 * 7 + 4
    weeks = np.arange(monday.min(), monday.max() + 1, 7)
    place = (monday - weeks[0]) // 7
    weight, score = surveys.weight[mine], surveys.score[mine]

    def total(values: Floats) -> Floats:
        return np.bincount(place, values, len(weeks)).astype(float)

    answers, sum_w, sum_s = total(np.ones_like(score)), total(weight), total(weight * score)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sum_s / sum_w
        spread = np.maximum(total(weight * score**2) / sum_w - mean**2, 0.2)
        error = np.sqrt(spread * total(weight**2)) / sum_w
        fall = mean - _reference(sum_s, sum_w)
        counts = (answers >= ANSWERS_MIN) & ~np.isnan(fall)
        low = counts & (fall <= -FALL) & (fall / error <= -ERRORS)
    return Course(unit, weeks, mean, counts, low)


def _reference(scores: Floats, weights: Floats) -> Floats:
    """Return the mean of the twelve weeks before last week, as known when a week begins."""
    found = np.full(len(scores), np.nan)
    for i in range(REFERENCE_MIN + GAP - 1, len(scores)):
        past = slice(max(0, i - GAP - REFERENCE_WEEKS + 1), i - GAP + 1)
        if (weight := weights[past].sum()) > 0:
            found[i] = scores[past].sum() / weight
    return found

"""Our alarms beside those of the rivals, judged by the same labels and the same survey drops."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from service.backtest import rival
from service.backtest.delay import delay_of
from service.backtest.episode import Alarm
from service.backtest.filing import Filed
from service.backtest.label import Label
from service.backtest.verdict import judge
from service.backtest.warning import warnings_of
from service.backtest.world import World
from service.report.drop import Drop
from service.report.matching import Episode, overlaps, tie

DRAWS = 40
OURS = "these rules"


class Row(NamedTuple):
    """Hold one line of the comparison; shares are in hundredths of a percent, None where unknown.

    Random alarms are drawn many times, so their counts are means.
    """

    name: str
    alarms: float
    per_unit_year: float | None
    precision: int | None
    recall: int | None
    within_28_days: int | None
    median_days: float | None
    late_in_all: float | None
    drops_warned: int | None


def compare(
    alarms: Sequence[Alarm],
    labels: Sequence[Label],
    world: World,
    filed: Iterable[Filed],
    drops: Sequence[Drop],
    seed: int,
) -> list[Row]:
    """Return one line for our rules and one for each rival."""
    ours = [alarm for alarm in alarms if alarm.per == "unit"]
    chance = np.random.default_rng(seed)
    draws = [rival.at_random(ours, world, chance) for _ in range(DRAWS)]
    rows = [
        line(OURS, alarms, labels, world, drops),
        _mean([line(rival.RANDOM, drawn, labels, world, drops) for drawn in draws]),
        line(rival.RATIO, rival.ratio(world), labels, world, drops),
        line(rival.FINISHED, rival.finished(world), labels, world, drops),
    ]
    by_survey = [
        alarm
        for one in filed
        for alarm in rival.survey(
            world, one.answers, float(one.survey.scale[1] - one.survey.scale[0])
        )
    ]
    return [*rows, line(rival.SURVEY, by_survey, labels, world, drops)]


def line(
    name: str,
    alarms: Sequence[Alarm],
    labels: Sequence[Label],
    world: World,
    drops: Sequence[Drop],
) -> Row:
    """Judge the alarms of one detector."""
    verdict = judge(alarms, labels, world)
    delay = delay_of(verdict.findings)
    settled = len(verdict.due) + len(verdict.false)
    troubles = delay.found.whole
    return Row(
        name=name,
        alarms=len(alarms),
        per_unit_year=warnings_of(verdict.false, labels, world).per_unit_year.each,
        precision=_part(len(verdict.due), settled) if labels else None,
        recall=_part(delay.found.part, troubles),
        within_28_days=_part(delay.within[28].part, troubles),
        median_days=delay.median_days,
        late_in_all=delay.late_in_all if troubles else None,
        drops_warned=_part(sum(_is_warned(drop, alarms) for drop in drops), len(drops)),
    )


def _is_warned(drop: Drop, alarms: Iterable[Alarm]) -> bool:
    """Tell whether any alarm in the drop's place, inside it or above it came before it showed."""
    return any(
        alarm.at < drop.visible_at and overlaps(mine, drop) and tie(mine, drop) is not None
        for alarm in alarms
        if (mine := as_episode(alarm)).touchpoint == drop.touchpoint
    )


def as_episode(alarm: Alarm) -> Episode:
    """Return an alarm as the scorecard reads it."""
    place = (alarm.touchpoint, alarm.per, alarm.scope, alarm.region)
    return Episode(*place, alarm.at, alarm.until, "warning")


def _part(part: int, whole: int) -> int | None:
    return round(10_000 * part / whole) if whole else None


def _mean(rows: Sequence[Row]) -> Row:
    return Row(
        rows[0].name,
        sum(row.alarms for row in rows) / len(rows),
        _average([row.per_unit_year for row in rows]),
        _whole([row.precision for row in rows]),
        _whole([row.recall for row in rows]),
        _whole([row.within_28_days for row in rows]),
        _average([row.median_days for row in rows]),
        _average([row.late_in_all for row in rows]),
        _whole([row.drops_warned for row in rows]),
    )


def _average(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _whole(values: Iterable[int | None]) -> int | None:
    found = _average(values)
    return None if found is None else round(found)

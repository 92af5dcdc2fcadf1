"""What else could have warned, on the same rows: no back-test figure means anything alone.

Three simple detectors that many companies have, looked at once a day, and alarms at random at our
own rate.  Time-tolerant scores are known to flatter chance (03, section 5), so whoever is not clearly
better than random alarms has found nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from service.backtest.episode import Alarm
from service.backtest.world import DAY_MS, NEVER, Instants, Passages, Place, World
from service.report.answer import Answer

WINDOW_MS = 28 * DAY_MS
CASES_MIN = 5
LATE_OVER = 0.2
SCALE_PART = 0.1

RANDOM, RATIO, FINISHED, SURVEY = (
    "random alarms, as many",
    "late share over 20 % in 28 days",
    "the same, answered cases only",
    "last survey value",
)

Flags = npt.NDArray[np.bool_]
Judge = Callable[[Passages, Instants], Flags]


def ratio(world: World) -> list[Alarm]:
    """Warn while over 20 % of what fell due in 28 days was late, answered or not."""
    return _daily(world, lambda mine, days: _over(mine.due, mine.is_late, days))


def finished(world: World) -> list[Alarm]:
    """Warn by the same share of what was answered in 28 days; whoever still waits is not seen."""
    return _daily(world, _answered)


def survey(world: World, answers: Iterable[Answer], scale: float) -> list[Alarm]:
    """Warn while the scores that came in 28 days lie a tenth of the scale below all before."""
    lines: dict[Place, list[Answer]] = defaultdict(list)
    for answer in answers:
        lines[answer.touchpoint, answer.unit].append(answer)
    days = _days(world)
    return [
        alarm
        for place, mine in sorted(lines.items())
        if place in world.passages
        for alarm in _runs(place, world, days, _fallen(mine, days, scale * SCALE_PART))
    ]


def at_random(alarms: Sequence[Alarm], world: World, chance: np.random.Generator) -> list[Alarm]:
    """Return as many alarms at each touchpoint as ours, at places and times that chance chose."""
    drawn: list[Alarm] = []
    places = defaultdict(list)
    for touchpoint, unit in world.passages:
        places[touchpoint].append(unit)
    for alarm in alarms:
        if alarm.per != "unit" or not places[alarm.touchpoint]:
            continue
        units = places[alarm.touchpoint]
        unit = units[int(chance.integers(len(units)))]
        at = int(chance.integers(world.begin, world.end))
        region = world.regions[alarm.touchpoint, unit]
        until = min(at + alarm.until - alarm.at, world.end)
        drawn.append(Alarm(alarm.touchpoint, "unit", unit, region, at, until))
    return drawn


def _days(world: World) -> Instants:
    first = -(-world.begin // DAY_MS) * DAY_MS
    return np.arange(first, world.end, DAY_MS, dtype=np.int64)


def _daily(world: World, judge: Judge) -> list[Alarm]:
    days = _days(world)
    return [
        alarm
        for place, mine in world.passages.items()
        for alarm in _runs(place, world, days, judge(mine, days))
    ]


def _over(at: Instants, is_late: Flags, days: Instants) -> Flags:
    """Tell for each day whether too many of the cases of the last 28 days were late."""
    late = np.concatenate(([0], np.cumsum(is_late)))
    now, before = np.searchsorted(at, days, "right"), np.searchsorted(at, days - WINDOW_MS, "right")
    cases, bad = now - before, late[now] - late[before]
    found: Flags = (cases >= CASES_MIN) & (bad > LATE_OVER * cases)
    return found


def _answered(mine: Passages, days: Instants) -> Flags:
    known = mine.ended < NEVER
    order = np.argsort(mine.ended[known], kind="stable")
    return _over(mine.ended[known][order], mine.is_late[known][order], days)


def _fallen(answers: list[Answer], days: Instants, fall: float) -> Flags:
    answers = sorted(answers, key=lambda answer: answer.known_at)
    at = np.array([answer.known_at for answer in answers], np.int64)
    total = np.concatenate(([0.0], np.cumsum([answer.score for answer in answers])))
    now, before = np.searchsorted(at, days, "right"), np.searchsorted(at, days - WINDOW_MS, "right")
    recent = (total[now] - total[before]) / np.maximum(now - before, 1)
    usual = total[before] / np.maximum(before, 1)
    enough = (now - before >= CASES_MIN) & (before >= CASES_MIN)
    found: Flags = enough & (usual - recent > fall)
    return found


def _runs(place: Place, world: World, days: Instants, flags: Flags) -> Iterator[Alarm]:
    """Yield an alarm for every run of days."""
    steps = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    begins, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    for begin, end in zip(begins, ends, strict=True):
        until = int(days[end]) if end < len(days) else world.end
        yield Alarm(place[0], "unit", place[1], world.regions[place], int(days[begin]), until)

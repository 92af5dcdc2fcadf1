"""The time line of each place: what was wrong, when somebody was warned, what customers said later.

A strip is drawn on 1000 units of width whatever the length of the time, so that it can be stretched
to any screen; its words stand beside it, not in it, where they would be stretched too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from service.backtest.episode import Alarm
from service.backtest.plain import DAY_MS
from service.backtest.score import Score
from service.backtest.verdict import Fate
from service.report.answer import Answer

WIDTH = 1000
HEIGHT = 24
STRIPS_MAX = 40
BAR_MIN = 3.0
MEAN_OVER_MS = 28 * DAY_MS
ANSWERS_MIN = 3

Scope = tuple[str, str]  # unit or region, its id


class Bar(NamedTuple):
    """Place a bar: its left edge and its width."""

    x: float
    width: float


class Strip(NamedTuple):
    """Hold the line of one place; `means` are the points of a polyline, empty without answers."""

    name: str
    says: str
    troubles: tuple[Bar, ...]
    alarms: tuple[Bar, ...]
    means: str


def strips(score: Score) -> tuple[list[Strip], int]:
    """Return the lines that show most, troubled places first, and how many were left out."""
    alarms: dict[Scope, list[Alarm]] = defaultdict(list)
    for alarm in score.alarms:
        alarms[alarm.per, alarm.scope].append(alarm)
    troubled = list(dict.fromkeys((label.per, label.scope) for label in score.labels))
    others = sorted(alarms.keys() - set(troubled), key=lambda scope: (-len(alarms[scope]), scope))
    scopes = [*troubled, *others]
    answers = _answers(score)
    drawn = [_strip(score, scope, alarms[scope], answers[scope]) for scope in scopes[:STRIPS_MAX]]
    return drawn, max(len(scopes) - STRIPS_MAX, 0)


def months(score: Score) -> list[tuple[str, float]]:
    """Return the beginnings of months with their places in percent, every second one if many."""
    found: list[tuple[str, float]] = []
    first = datetime.fromtimestamp(score.world.begin / 1000, UTC)
    number = first.year * 12 + first.month
    while True:
        at = datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
        place = _place(score, int(at.timestamp() * 1000)) / WIDTH * 100
        if place >= 100:  # noqa: PLR2004 - the end of the line
            return found[:: max(len(found) // 6, 1)]
        found.append((at.strftime("%b %Y"), round(place, 2)))
        number += 1


def _strip(score: Score, scope: Scope, alarms: list[Alarm], answers: list[Answer]) -> Strip:
    labels = [label for label in score.labels if (label.per, label.scope) == scope]
    return Strip(
        name=scope[1] or "the company",
        says=_says(score, scope, len(alarms)),
        troubles=tuple(_bar(score, label.begin, label.end) for label in labels),
        alarms=tuple(_bar(score, alarm.at, alarm.until) for alarm in alarms),
        means=" ".join(f"{x:.1f},{y:.1f}" for x, y in _means(score, answers)),
    )


def _says(score: Score, scope: Scope, alarms: int) -> str:
    """Return the finding of a strip in words."""
    told = f"{alarms} alarm{'' if alarms == 1 else 's'}"
    mine = [f for f in score.verdict.findings if (f.label.per, f.label.scope) == scope]
    parts = []
    for finding in mine:
        kind = finding.label.kind or "trouble"
        if finding.fate is Fate.FOUND and finding.delay_ms is not None:
            parts.append(f"{kind} found after {finding.delay_ms / DAY_MS:.1f} days")
        else:
            missed = finding.fate is Fate.MISSED
            parts.append(f"{kind} {'missed' if missed else 'met an alarm that stood'}")
    return ", ".join([*parts, told])


def _bar(score: Score, begin: int, end: int) -> Bar:
    left = _place(score, begin)
    return Bar(round(left, 1), round(max(_place(score, end) - left, BAR_MIN), 1))


def _place(score: Score, instant: int) -> float:
    world = score.world
    part = (instant - world.begin) / (world.end - world.begin)
    return WIDTH * min(max(part, 0.0), 1.0)


def _answers(score: Score) -> dict[Scope, list[Answer]]:
    found: dict[Scope, list[Answer]] = defaultdict(list)
    for one in score.trial.filed:
        for answer in one.answers:
            found["unit", answer.unit].append(answer)
            found["region", answer.region].append(answer)
    return found


def _means(score: Score, answers: Iterable[Answer]) -> Iterator[tuple[float, float]]:
    """Yield the mean of every four weeks of experience, high scores on top."""
    scales = [one.survey.scale for one in score.trial.filed]
    by_window: dict[int, list[float]] = defaultdict(list)
    for answer in answers:
        by_window[(answer.experienced_at - score.world.begin) // MEAN_OVER_MS].append(answer.score)
    for number, scores in sorted(by_window.items()):
        if len(scores) >= ANSWERS_MIN and number >= 0:
            middle = score.world.begin + number * MEAN_OVER_MS + MEAN_OVER_MS // 2
            worst, best = scales[0]
            part = (sum(scores) / len(scores) - worst) / (best - worst)
            yield _place(score, middle), HEIGHT - 2 - part * (HEIGHT - 4)

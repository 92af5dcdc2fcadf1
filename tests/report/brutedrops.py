"""Where a survey result fell, window by window and answer by answer: the slow half of the reckoning.

It shares no code with `service`, and the test is scipy's own.  Answers that become known at one
instant are known together.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import mean, stdev
from typing import Any, NamedTuple

from scipy.stats import ttest_ind_from_stats

Window = dict[str, Any]


class Heard(NamedTuple):
    """Hold one answer: where and when it was lived, when it was known."""

    touchpoint: str
    unit: str
    region: str
    lived: int
    known: int
    score: float


def windows_of(
    touchpoint: str, answers: Sequence[Heard], over: int, enough: int
) -> Iterable[Window]:
    """Yield every window that can be judged, each place at the narrowest level at which it can."""
    mine = [answer for answer in answers if answer.touchpoint == touchpoint]
    first, last = min(a.lived for a in mine), max(a.lived for a in mine)
    begin, step = first, max(over // 4, 1)
    while begin <= max(last - over, first) + over // 4:
        regions: dict[str, list[str]] = defaultdict(list)
        for unit in {answer.unit for answer in mine}:
            own = [answer for answer in mine if answer.unit == unit]
            found = _judge(own, begin, begin + over, enough)
            if found is None:
                regions[own[0].region].append(unit)
            else:
                yield _window(touchpoint, "unit", unit, own[0].region, begin, over, found)
        rest: list[str] = []
        for region, units in regions.items():
            found = _judge([a for a in mine if a.unit in units], begin, begin + over, enough)
            if found is None:
                rest += units
            else:
                yield _window(touchpoint, "region", region, region, begin, over, found)
        found = _judge([a for a in mine if a.unit in rest], begin, begin + over, enough)
        if found is not None:
            yield _window(touchpoint, "company", "", "", begin, over, found)
        begin += step


def _window(
    touchpoint: str, per: str, scope: str, region: str, begin: int, over: int, found: Any
) -> Window:
    place = {"touchpoint": touchpoint, "per": per, "scope": scope, "region": region}
    return place | {"begin": begin, "end": begin + over, "answers": found[0], "visible": found[1]}


def _judge(
    mine: Sequence[Heard], begin: int, end: int, enough: int
) -> tuple[int, int | None] | None:
    """Return how many answers there are and when a fall showed; None where there are too few."""
    before = [answer.score for answer in mine if answer.lived < begin]
    inside = [answer for answer in mine if begin <= answer.lived < end]
    if len(inside) < enough or len(before) < enough:
        return None
    if not _is_lower([answer.score for answer in inside], before):
        return len(inside), None
    for instant in sorted({answer.known for answer in inside}):
        so_far = [answer.score for answer in inside if answer.known <= instant]
        if len(so_far) >= enough and _is_lower(so_far, before):
            return len(inside), instant
    raise AssertionError("a fall that all answers show is shown by all of them")


def _is_lower(scores: Sequence[float], before: Sequence[float]) -> bool:
    """Tell whether a mean lies lower than another with less than one chance in a thousand."""
    if stdev(scores) == stdev(before) == 0:
        return scores[0] < before[0]
    both = [figure for s in (scores, before) for figure in (mean(s), stdev(s), len(s))]
    found = ttest_ind_from_stats(*both, equal_var=False, alternative="less")
    return bool(found.pvalue < 0.001)


def falls_in(windows: Sequence[Window]) -> Iterable[Window]:
    """Yield the falls: those windows of one place that overlap each other are one."""
    fallen = [window for window in windows if window["visible"] is not None]
    for place in {_place(window) for window in fallen}:
        mine = sorted((w for w in fallen if _place(w) == place), key=lambda w: int(w["begin"]))
        run = [mine[0]]
        for window in mine[1:]:
            if window["begin"] >= run[-1]["end"]:
                yield _joined(run)
                run = []
            run.append(window)
        yield _joined(run)


def _joined(run: Sequence[Window]) -> Window:
    most = max(window["answers"] for window in run)
    first = min(window["visible"] for window in run)
    return run[0] | {"end": run[-1]["end"], "answers": most, "visible": first}


def _place(window: Window) -> tuple[str, str, str]:
    return window["touchpoint"], window["per"], window["scope"]

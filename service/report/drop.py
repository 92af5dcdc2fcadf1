"""When a survey result fell, where it can be said at all, and since when anybody could see it.

Windows of experience slide by a quarter of their length, so that a trouble is not cut in two by an
edge.  Looking that often finds chance too, so the test is strict: one in a thousand, one-sided, for
each look (Welch's test against everything that the same place lived before).  Windows side by side
at one in a hundred were rejected: half a trouble in each is seen in neither.

A place with too few answers is judged together with those like it: units of a region, then whatever
is left of the company.  Most networks hear 7 customers of 100, so that is the rule, not an exception.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby
from math import sqrt
from typing import NamedTuple

from scipy.special import stdtr

from service.report.answer import Answer

CHANCE = 0.001
STEPS = 4

Key = tuple[str, str]  # per, scope


class Window(NamedTuple):
    """State how one window of experience was judged; `visible_at` only where it shows a drop."""

    touchpoint: str
    per: str
    scope: str
    region: str
    begin: int
    end: int
    answers: int
    visible_at: int | None


class Drop(NamedTuple):
    """State one fall of a survey result; `visible_at` is the first instant at which it showed."""

    touchpoint: str
    per: str
    scope: str
    region: str
    begin: int
    end: int
    answers: int
    visible_at: int


class Sums(NamedTuple):
    """Hold what a test needs of some scores."""

    size: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """Return the mean score."""
        return self.total / self.size

    @property
    def error(self) -> float:
        """Return the variance of the mean, never negative."""
        spread = self.squares - self.total * self.total / self.size
        return max(spread, 0.0) / (self.size - 1) / self.size


def is_below(window: Sums, before: Sums) -> bool:
    """Tell whether a mean lies below another beyond chance; both have two scores or more."""
    fallen = before.mean - window.mean
    if fallen <= 0:
        return False
    error = window.error + before.error
    if error == 0:
        return True
    freedom = (
        error * error / (window.error**2 / (window.size - 1) + before.error**2 / (before.size - 1))
    )
    return bool(stdtr(freedom, -fallen / sqrt(error)) < CHANCE)


class Line:
    """Hold the answers of one unit in the order of experience, with running sums."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        """Sort the answers and add them up."""
        self.answers = sorted(answers, key=lambda answer: (answer.experienced_at, answer.known_at))
        self.region = self.answers[0].region
        self._times = [answer.experienced_at for answer in self.answers]
        self._totals = [0.0, *accumulate(answer.score for answer in self.answers)]
        self._squares = [0.0, *accumulate(answer.score**2 for answer in self.answers)]

    def before(self, instant: int) -> Sums:
        """Return the sums of what was lived before an instant."""
        place = bisect_left(self._times, instant)
        return Sums(place, self._totals[place], self._squares[place])

    def between(self, begin: int, end: int) -> list[Answer]:
        """Return what was lived in a window."""
        return self.answers[bisect_left(self._times, begin) : bisect_left(self._times, end)]


def judged_windows(answers: Iterable[Answer], over_ms: int, enough: int) -> list[Window]:
    """Return every window that can be judged, at the lowest level at which it can."""
    by_touchpoint: dict[str, dict[str, list[Answer]]] = defaultdict(lambda: defaultdict(list))
    for answer in answers:
        by_touchpoint[answer.touchpoint][answer.unit].append(answer)
    found: list[Window] = []
    for touchpoint, units in sorted(by_touchpoint.items()):
        lines = {unit: Line(mine) for unit, mine in sorted(units.items())}
        for begin in _begins(lines, over_ms):
            found += _judged(touchpoint, lines, (begin, begin + over_ms), enough)
    return found


def drops_in(windows: Iterable[Window]) -> list[Drop]:
    """Return the drops: windows of one place that show one and overlap are one drop."""
    open_drops: dict[tuple[str, str, str], Drop] = {}
    done: list[Drop] = []
    for window in sorted(windows, key=lambda window: window.begin):
        if window.visible_at is None:
            continue
        key = (window.touchpoint, window.per, window.scope)
        drop = Drop(*window[:-1], window.visible_at)
        known = open_drops.get(key)
        if known is not None and window.begin < known.end:
            drop = known._replace(
                end=window.end,
                answers=max(known.answers, window.answers),
                visible_at=min(known.visible_at, window.visible_at),
            )
        elif known is not None:
            done.append(known)
        open_drops[key] = drop
    return sorted((*done, *open_drops.values()), key=lambda drop: (drop.begin, drop[:3]))


def _begins(lines: dict[str, Line], over_ms: int) -> range:
    first = min(line.answers[0].experienced_at for line in lines.values())
    last = max(line.answers[-1].experienced_at for line in lines.values())
    return range(first, max(last - over_ms, first) + over_ms // STEPS + 1, max(over_ms // STEPS, 1))


def _judged(
    touchpoint: str, lines: dict[str, Line], span: tuple[int, int], enough: int
) -> Iterator[Window]:
    """Judge units where they can be, what is left by region, and what is left of that together."""
    left: dict[Key, dict[str, Line]] = {
        ("unit", unit): {unit: line} for unit, line in lines.items()
    }
    for wider in ("region", "company", ""):
        rest: dict[Key, dict[str, Line]] = defaultdict(dict)
        for (per, scope), members in left.items():
            window = _window(members.values(), span, enough)
            if window is None:
                for unit, line in members.items():
                    rest[wider, line.region if wider == "region" else ""][unit] = line
                continue
            region = "" if per == "company" else next(iter(members.values())).region
            yield Window(touchpoint, per, scope, region, *span, *window)
        left = rest


def _window(
    lines: Iterable[Line], span: tuple[int, int], enough: int
) -> tuple[int, int | None] | None:
    """Return the number of answers and since when a drop shows; None where there are too few."""
    lines = list(lines)
    inside = [answer for line in lines for answer in line.between(*span)]
    before = _together(line.before(span[0]) for line in lines)
    if len(inside) < enough or before.size < enough:
        return None
    if not is_below(_sums(inside), before):
        return len(inside), None
    inside.sort(key=_known_at)
    return len(inside), _visible_at(inside, before, enough)


def _visible_at(arrived: list[Answer], before: Sums, enough: int) -> int:
    """Return the first instant at which enough answers showed the drop; the last one does.

    What arrives at one instant is known together, whatever the order in which it stands here.
    """
    known = Sums(0, 0.0, 0.0)
    for instant, group in groupby(arrived, key=_known_at):
        known = _together((known, _sums(group)))
        if known.size >= enough and is_below(known, before):
            return instant
    return arrived[-1].known_at


def _known_at(answer: Answer) -> int:
    return answer.known_at


def _sums(answers: Iterable[Answer]) -> Sums:
    scores = [answer.score for answer in answers]
    return Sums(len(scores), sum(scores), sum(score * score for score in scores))


def _together(parts: Iterable[Sums]) -> Sums:
    counts, totals, squares = zip(*parts, strict=True)
    return Sums(sum(counts), sum(totals), sum(squares))

"""How early we knew: our own warnings held against the surveys, week after week.

The figures are those of service.report.scorecard, over the last ninety days.  A rule that spoke for
four weeks and moved nobody is named, because a warning that nobody acts on teaches people to look
away.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from service.report.matching import LOUD
from service.report.scorecard import Scorecard

DAY_MS = 86_400_000
LOOK_BACK_MS = 90 * DAY_MS
RETIRE_AFTER_MS = 28 * DAY_MS
RETIRE_MIN = 3


class Warned(NamedTuple):
    """State one warning as the desk knows it: of which rule, since when, and what people did.

    `is_refused` says that somebody called it not real.
    """

    touchpoint: str
    rule: str
    opened: int
    level: str
    is_acted: bool
    is_refused: bool


class Idle(NamedTuple):
    """Name a rule that spoke so often within four weeks, and nobody acted."""

    touchpoint: str
    title: str
    rule: str
    warnings: int


class Carded(NamedTuple):
    """Hold the scorecard of one survey."""

    event: str
    answers: int
    card: Scorecard


class Early(NamedTuple):
    """Hold how early we knew, by survey; `places` names what a drop that was missed is called.

    `warnings` were told in the ninety days, of them `refused` called not real by somebody.
    """

    surveys: tuple[Carded, ...]
    warnings: int
    refused: int
    idle: tuple[Idle, ...]


def warned_in(warned: Iterable[Warned], now: int) -> tuple[int, int]:
    """Return how many warnings the last ninety days brought, and how many were called not real."""
    mine = [one for one in warned if one.level in LOUD and one.opened >= now - LOOK_BACK_MS]
    return len(mine), sum(one.is_refused for one in mine)


def idle_rules(warned: Iterable[Warned], titles: dict[str, str], now: int) -> tuple[Idle, ...]:
    """Return the rules that spoke at least three times in four weeks without anybody acting."""
    spoken, acted = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in warned:
        if one.level in LOUD and one.opened >= now - RETIRE_AFTER_MS:
            key = (one.touchpoint, one.rule)
            spoken[key] += 1
            acted[key] += one.is_acted
    idle = [key for key, count in spoken.items() if count >= RETIRE_MIN and not acted[key]]
    return tuple(
        Idle(touchpoint, titles.get(touchpoint, touchpoint), rule, spoken[touchpoint, rule])
        for touchpoint, rule in sorted(idle)
    )

"""The weeks up to this one, in counts: who joined and left, who was let down, warnings and surveys."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from service.report.clientele import Weekly
from service.report.listening import Said
from service.report.people import CaseRow
from service.report.week import Week


class Trend(NamedTuple):
    """Hold one count for each week, the oldest first; `stages` are (title, people let down).

    `warnings` opened in the week, `answers` are about it, `low` of them low.  `joined` and `left` are
    empty where nobody says who joins and leaves.
    """

    weeks: tuple[str, ...]
    joined: tuple[int, ...]
    left: tuple[int, ...]
    stages: tuple[tuple[str, tuple[int, ...]], ...]
    warnings: tuple[int, ...]
    answers: tuple[int, ...]
    low: tuple[int, ...]


def trend_of(
    weeks: Sequence[Week],
    flow: Sequence[Weekly],
    late: Iterable[CaseRow],
    stages: Mapping[str, str],
    opened: Iterable[int],
    said: Iterable[Said],
) -> Trend:
    """Return the counts; `stages` names the stage of each touchpoint, in the order of the walk.

    A person who was let down at two touchpoints of a stage counts once there.
    """
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in late:
        if row.touchpoint in stages and (week := _week_of(row.started, weeks)):
            people[stages[row.touchpoint], week].add(row.person)
    warned = Counter(_week_of(at, weeks) for at in opened)
    single = {one.id: one for one in said}.values()
    about = Counter(_week_of(one.answer.experienced_at, weeks) for one in single)
    low = Counter(_week_of(one.answer.experienced_at, weeks) for one in single if one.is_low)
    names = tuple(week.name for week in weeks)
    return Trend(
        names,
        tuple(one.joined for one in flow),
        tuple(one.left for one in flow),
        tuple(
            (title, tuple(len(people[title, name]) for name in names))
            for title in dict.fromkeys(stages.values())
        ),
        tuple(warned[name] for name in names),
        tuple(about[name] for name in names),
        tuple(low[name] for name in names),
    )


def _week_of(instant: int, weeks: Sequence[Week]) -> str:
    """Return the name of the week of an instant, empty outside of all."""
    return next((week.name for week in weeks if week.begin <= instant < week.end), "")

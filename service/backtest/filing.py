"""Survey answers picked out of a history, and filed under the experience that they are about.

The engine counts these events and does nothing with them.  The row of the case says which unit it
was and when the customer lived it; an answer whose case is unknown there is counted, not guessed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from service.backtest.episode import region_of
from service.engine.plan import Plan
from service.engine.values import Event, Outcome
from service.rejected import Rejected
from service.report.answer import Answer
from service.settings.survey import Survey


class Filed(NamedTuple):
    """Hold the answers of one survey, and how many could not be used for which reason."""

    survey: Survey
    answers: tuple[Answer, ...]
    without_case: int
    off_scale: int


class Ear:
    """Remember the answers in a stream that passes by, each once."""

    def __init__(self, types: Iterable[str]) -> None:
        """Listen for some types of events."""
        self._wanted = frozenset(types)
        self._heard: dict[int, Event] = {}

    def listen(self, items: Iterable[Event | Rejected]) -> Iterator[Event | Rejected]:
        """Pass a stream on and remember what counts."""
        for item in items:
            if isinstance(item, Event) and item.type in self._wanted:
                self._heard.setdefault(item.key, item)
            yield item

    def answers(self) -> list[Event]:
        """Return what was heard."""
        return list(self._heard.values())


def file_answers(
    surveys: Sequence[Survey],
    events: Iterable[Event],
    outcomes: Mapping[tuple[str, str], Outcome],
    plan: Plan,
) -> list[Filed]:
    """Return for each survey its answers under the experience of their cases."""
    events = list(events)
    return [_filed(survey, events, outcomes, plan) for survey in surveys]


def _filed(
    survey: Survey,
    events: Iterable[Event],
    outcomes: Mapping[tuple[str, str], Outcome],
    plan: Plan,
) -> Filed:
    answers: list[Answer] = []
    without_case = off_scale = 0
    for event in events:
        if event.type != survey.event:
            continue
        if (score := survey.score_in(event.data)) is None:
            off_scale += 1
            continue
        rows = [outcomes.get((name, event.case)) for name in survey.touchpoints]
        found = [_answer(row, event, score, plan) for row in rows if row is not None]
        without_case += not found
        answers += found
    return Filed(survey, tuple(answers), without_case, off_scale)


def _answer(row: Outcome, event: Event, score: float, plan: Plan) -> Answer:
    known_at = event.time if event.recorded is None else event.recorded
    region = region_of(plan, row.touchpoint, "unit", row.unit)
    return Answer(row.touchpoint, row.unit, region, row.started, known_at, score)

"""Stored survey answers, filed under the experience that they are about.

The row of the case says where and when the customer lived it.  An answer became known when the log
heard it, whatever day it carries itself, because that is when anybody could have used it.
"""

from collections.abc import Iterable, Iterator, Sequence

from alerts.directory import Directory
from service.report.answer import Answer
from service.report.listening import Said
from service.settings.survey import Survey
from service.store.reads import Reads
from service.store.told import AnswerRow


def said_in(reads: Reads, survey: Survey, directory: Directory) -> list[Said]:
    """Return every answer of a survey at each of its touchpoints; one off its scale is none."""
    return list(_said(reads.answers(survey.event, survey.touchpoints), survey, directory))


def answers_of(said: Iterable[Said]) -> list[Answer]:
    """Return the answers alone."""
    return [one.answer for one in said]


def region_in(directory: Directory, touchpoint: str, per: str, scope: str) -> str:
    """Return the region that a place belongs to, or is."""
    if per != "unit":
        return scope if per == "region" else ""
    topic = directory.topics.get(touchpoint)
    place = directory.units.get((topic.unit_kind, scope)) if topic else None
    return place.region if place else ""


def _said(rows: Sequence[AnswerRow], survey: Survey, directory: Directory) -> Iterator[Said]:
    worst, best = survey.scale
    low = worst + (best - worst) / 3
    for row in rows:
        score = survey.score_in(row.data)
        if score is not None:
            region = region_in(directory, row.touchpoint, "unit", row.unit)
            place = (row.touchpoint, row.unit, region)
            answer = Answer(*place, row.started, row.heard, score)
            yield Said(row.id, answer, score <= low, row.outcome == "late")

"""Stored messages and survey answers, read by the configuration, for one week."""

from collections.abc import Mapping, Sequence

from service.report.listening import (
    Listening,
    Message,
    Said,
    agreement_of,
    listening_of,
    survey_of,
    voices_of,
)
from service.report.walk import Page
from service.report.week import Week
from service.settings.block import data_path
from service.settings.feedback import KINDS, Feedback
from service.settings.survey import Survey
from service.store.reads import Reads
from service.store.told import ToldRow
from service.weekly.apart import told_where

Surveyed = Sequence[tuple[Survey, Sequence[Said]]]


def listening_from(
    messages: Sequence[Message],
    feedback: Feedback | None,
    surveys: Surveyed,
    let_down: Mapping[str, int],
    page: Page,
) -> Listening:
    """Return what customers said in a week; without a list every category stands for itself."""
    categories = {n: c.title for n, c in feedback.categories.items()} if feedback else {}
    said = [one for _, answers in surveys for one in answers]
    voices = voices_of(messages, said, page.week)
    return listening_of(
        messages,
        categories
        or {message.category: message.category for message in messages if message.category},
        [survey_of(survey.event, answers, page.week, page.now) for survey, answers in surveys],
        agreement_of(let_down, voices, page.titles),
        voices,
    )


def messages_in(reads: Reads, feedback: Feedback, week: Week) -> list[Message]:
    """Return the messages of a week."""
    rows = told_where(reads, feedback.event, feedback.where, week)
    return [_message(row, feedback) for row in rows]


def _message(row: ToldRow, feedback: Feedback) -> Message:
    category = row.data.get(data_path(feedback.category)) if feedback.category else ""
    kind = feedback.kind
    if kind not in KINDS:
        kind = str(row.data.get(data_path(kind), ""))
    name = category if isinstance(category, str) else ""
    known = feedback.categories.get(name)
    about = (known.touchpoint if known else None) or ""
    return Message(row.customer, kind if kind in KINDS else "unaided", name, about)

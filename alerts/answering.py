"""What an answer of a person does to an alert."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from alerts.action import Action, Kind
from alerts.alert import Alert
from alerts.asked import Heard
from alerts.handling import Handling, Said
from alerts.hours import Delay, Hours
from alerts.notice import Why


class Answered(NamedTuple):
    """Hold the alert with the answer, what became of it, and the edit that shows it."""

    alert: Alert
    heard: Heard
    edit: Why | None = None


def answered(
    alert: Alert, action: Action, now: int, taken_for: Delay | None, hours: Hours
) -> Answered:
    """Return what becomes of an answer.

    "Not real" and "the customer knows" are taken down even after the end, because they are
    counted; nothing else changes what is over.
    """
    until = taken_for.after(now, hours) if taken_for else None
    handling, edit = _ANSWERS[action.kind](alert.handling, Said(action.who, now, until))
    if action.kind in (Kind.TAKE, Kind.RELEASE) and not alert.is_open:
        return Answered(alert, Heard.OVER)
    if handling is None:
        return Answered(alert, Heard.ALREADY)
    shown = edit if alert.is_open else None
    return Answered(replace(alert, handling=handling), Heard.DONE, shown)


def _take(handling: Handling, said: Said) -> tuple[Handling | None, Why | None]:
    if handling.has_it(said.at) and handling.taken and handling.taken.who == said.who:
        return None, None
    return replace(handling.acting(said.at), taken=said, refused=None), Why.TAKEN


def _refuse(handling: Handling, said: Said) -> tuple[Handling | None, Why | None]:
    if handling.refused is not None:
        return None, None
    return replace(handling, refused=replace(said, until=None)), Why.REFUSED


def _release(handling: Handling, said: Said) -> tuple[Handling | None, Why | None]:
    """Let go: whoever was told hears that nobody has it, as after an answer ran out."""
    if not handling.has_it(said.at) and handling.refused is None:
        return None, None
    began = handling.taken.at if handling.taken else said.at
    return replace(handling, taken=Said(said.who, began, said.at), refused=None), None


def _tell(handling: Handling, said: Said) -> tuple[Handling | None, Why | None]:
    return replace(handling.acting(said.at), informed=replace(said, until=None)), None


_ANSWERS: Mapping[Kind, Callable[[Handling, Said], tuple[Handling | None, Why | None]]] = {
    Kind.TAKE: _take,
    Kind.REFUSE: _refuse,
    Kind.RELEASE: _release,
    Kind.TOLD: _tell,
}

"""The walk through a week in sentences: at each touchpoint who asked, who was let down, who waits.

The titles of stages and what is intended there are the company's own words and stay as they are.
"""

from collections.abc import Iterable
from typing import NamedTuple

from alerts.body_words import depends
from alerts.spans import span
from alerts.tongue import Tongue
from service.report.people import People, Waits
from service.report.walk import CASES_MIN, Journey, Lived

NAMES_MAX = 5
# A number stays on the line of its words.
NO_BREAK = "\N{NO-BREAK SPACE}"


class Told(NamedTuple):
    """Hold one touchpoint: its title, the promise, the people let down and asked, sentences."""

    title: str
    promise: str
    late: str
    of_asked: str
    lines: tuple[str, ...]


class ToldStage(NamedTuple):
    """Hold one stage: its title and intention as configured."""

    title: str
    intention: str
    touchpoints: tuple[Told, ...]


class ToldJourney(NamedTuple):
    """Hold one journey."""

    title: str
    stages: tuple[ToldStage, ...]


def told_journeys(journeys: Iterable[Journey], tongue: Tongue) -> tuple[ToldJourney, ...]:
    """Return the walk in words, in its order."""
    return tuple(
        ToldJourney(
            journey.title,
            tuple(
                ToldStage(
                    stage.title,
                    stage.intention,
                    tuple(_told(one, tongue) for one in stage.touchpoints),
                )
                for stage in journey.stages
            ),
        )
        for journey in journeys
    )


def asked(people: People, tongue: Tongue) -> str:
    """Say how many asked, and how they stand; the parts add up to the whole."""
    parts = [tongue.say("kept for {n}", n=people.kept), tongue.say("let down {n}", n=people.late)]
    if people.gave_up:
        parts.append(tongue.say("gave up before an answer {n}", n=people.gave_up))
    if people.unknown:
        parts.append(tongue.say("unknown {n}", n=people.unknown))
    if people.open:
        parts.append(tongue.say("still within the promise {n}", n=people.open))
    how = ", ".join(map(_bound, parts))
    return tongue.count(
        "{n} person asked: {how}.", "{n} people asked: {how}.", people.asked, how=how
    )


def waiting_lines(waits: Waits, tongue: Tongue) -> list[str]:
    """Say who waits past the promise now, and for how long; nothing where nobody does."""
    if not waits.people:
        return []
    return [
        tongue.count(
            "{n} person waits past the promise now, for {own} on their watch, {opening} of opening hours.",
            "{n} people wait past the promise now, the longest for {own} on their watch, "
            "{opening} of opening hours.",
            waits.people,
            own=_length(waits.own_ms, tongue),
            opening=_length(waits.open_ms, tongue),
        )
    ]


def _told(lived: Lived, tongue: Tongue) -> Told:
    promise = tongue.say("Promise: {text}.", text=lived.promise) if lived.promise else ""
    late = of_asked = ""
    # A nought where nobody asked would look like a promise that was kept.
    if lived.people.asked:
        late = tongue.number(lived.people.late)
        of_asked = _bound(tongue.say("let down of {n}", n=lived.people.asked))
    return Told(lived.title, promise, late, of_asked, tuple(_lines(lived, tongue)))


def _lines(lived: Lived, tongue: Tongue) -> list[str]:
    people, held = lived.people, lived.depends
    if not people.asked:
        return [tongue.say("Nobody asked this week."), *waiting_lines(lived.waits, tongue)]
    lines = [asked(people, tongue)]
    if people.unanswered:
        lines.append(
            tongue.count(
                "{n} of those let down still waits.",
                "{n} of those let down still wait.",
                people.unanswered,
            )
        )
    lines += waiting_lines(lived.waits, tongue)
    if held:
        lines.append(depends(tongue, "unit", held.holding, held.units, held.held, people.late))
    return [*lines, *_besides(lived, tongue), *_kept_all(lived.kept_all, tongue)]


def _besides(lived: Lived, tongue: Tongue) -> list[str]:
    found, lines = lived.buyers, []
    if found:
        lines.append(
            tongue.say(
                "Likely buyers at risk: about {n} ({low} to {high}).",
                n=found.likely,
                low=found.low,
                high=found.high,
            )
        )
    if lived.expedited:
        lines.append(
            tongue.count(
                "{n} case was pushed forward by hand; that keeps no promise.",
                "{n} cases were pushed forward by hand; that keeps no promise.",
                lived.expedited,
            )
        )
    return lines


def _bound(text: str) -> str:
    """Bind the last word, which is a number, to the one before it."""
    return NO_BREAK.join(text.rsplit(" ", 1))


def _length(length_ms: int, tongue: Tongue) -> str:
    return span(length_ms, tongue).replace(" ", NO_BREAK)


def _kept_all(names: tuple[str, ...], tongue: Tongue) -> list[str]:
    if not names:
        return []
    more = len(names) - NAMES_MAX
    told = tongue.listed(names) if more <= 0 else ", ".join(names[:NAMES_MAX])
    if more > 0:
        told = tongue.count("{names}; {n} more place", "{names}; {n} more places", more, names=told)
    return [
        tongue.say("Kept every promise, {n} or more each: {names}.", n=CASES_MIN, names=told),
    ]

"""A week's page in sentences, in the language handed in; text and HTML only lay them out.

The titles of stages and what is intended there are the company's own words and stay as they are.
No share stands here without its two counts, and nothing is called good or bad.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.body_words import depends
from alerts.spans import span
from alerts.tongue import Tongue, noted
from service.report.clientele_words import customers_section, question
from service.report.commitment_words import together_section
from service.report.early_words import early_section
from service.report.function_words import function_section
from service.report.listening_words import listening_section
from service.report.people import People, Waits
from service.report.reached import Reached
from service.report.section import Section
from service.report.trust_words import trust_lines
from service.report.walk import CASES_MIN, Lived, Page

NAMES_MAX = 5
# A number stays on the line of its words.
NO_BREAK = "\N{NO-BREAK SPACE}"
DAY, DAY_OF_YEAR = noted("d MMM"), noted("d MMM y")


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


class Sheet(NamedTuple):
    """Hold a page in words: a headline block, the walk, and how far it can be trusted."""

    company: str
    title: str
    headline: tuple[str, ...]
    before: tuple[Section, ...]
    journeys: tuple[ToldJourney, ...]
    trust_title: str
    trust: tuple[str, ...]
    after: tuple[Section, ...] = ()


def sheet_of(page: Page, tongue: Tongue, function: str = "") -> Sheet:
    """Return a page in words; with a function, what concerns it stands behind, in the same numbers."""
    journeys = (
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
        for journey in page.journeys
    )
    clientele = page.clientele
    headline = [question(clientele.assets, tongue)] if clientele else []
    headline += [asked(page.people, tongue), *_waiting(page.waits, tongue)]
    headline += _reached(page.reached, tongue)
    return Sheet(
        page.company,
        title(page, tongue),
        tuple(headline),
        (customers_section(clientele, tongue),) if clientele else (),
        tuple(journeys),
        tongue.say("How far this can be trusted"),
        tuple(trust_lines(page, tongue)),
        tuple(_after(page, tongue, function)),
    )


def _after(page: Page, tongue: Tongue, function: str) -> Iterator[Section]:
    if page.listening:
        yield listening_section(page.listening, page.now, page.zone, tongue)
    if page.early:
        yield early_section(page.early, page.titles, page.zone, tongue)
    if function:
        yield function_section(page, function, tongue)
    if page.commitments:
        yield together_section(page.commitments, page.zone, tongue)


def title(page: Page, tongue: Tongue) -> str:
    """Name the week by its first and last day."""
    zone = ZoneInfo(page.zone)
    first = datetime.fromtimestamp(page.week.begin / 1000, zone)
    last = datetime.fromtimestamp(page.week.end / 1000 - 1, zone)
    same = first.year == last.year
    return tongue.say(
        "Our customers, {first} to {last} ({week})",
        first=tongue.clock(first, DAY if same else DAY_OF_YEAR),
        last=tongue.clock(last, DAY_OF_YEAR),
        week=page.week.name,
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


def _reached(reached: Reached | None, tongue: Tongue) -> list[str]:
    if reached is None:
        return []
    return [
        tongue.count(
            "We were warned of {n} person: to {soon} somebody spoke within two hours, {on} went on.",
            "We were warned of {n} people: to {soon} somebody spoke within two hours, {on} went on.",
            reached.named,
            soon=reached.soon,
            on=reached.went_on,
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
        return [tongue.say("Nobody asked this week."), *_waiting(lived.waits, tongue)]
    lines = [asked(people, tongue)]
    if people.unanswered:
        lines.append(
            tongue.count(
                "{n} of those let down still waits.",
                "{n} of those let down still wait.",
                people.unanswered,
            )
        )
    lines += _waiting(lived.waits, tongue)
    if held:
        lines.append(depends(tongue, "unit", held.holding, held.units, held.held, people.late))
    return [*lines, *_besides(lived, tongue), *_kept_all(lived.kept_all, tongue)]


def _besides(lived: Lived, tongue: Tongue) -> list[str]:
    found, lines = lived.buyers, []
    if found:
        lines.append(
            tongue.count(
                "Likely buyers at risk: about {n} ({low} to {high}).",
                "Likely buyers at risk: about {n} ({low} to {high}).",
                found.likely,
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


def _waiting(waits: Waits, tongue: Tongue) -> list[str]:
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

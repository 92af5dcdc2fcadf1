"""A week's page in sentences, in the language handed in; text and HTML only lay them out.

The titles of stages and what is intended there are the company's own words and stay as they are.
No share stands here without its two counts, and nothing is called good or bad.
"""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.body_words import depends
from alerts.spans import clock, span
from alerts.tongue import Tongue, noted
from service.report.people import People, Waits
from service.report.trust import AT_ONCE_MIN, Blind, Trust
from service.report.walk import CASES_MIN, Lived, Page

NAMES_MAX = 5
# A number stays on the line of its words.
NO_BREAK = "\N{NO-BREAK SPACE}"
DAY, DAY_OF_YEAR = noted("d MMM"), noted("d MMM y")
NOT_STORED = noted("When an answer was entered is not stored, so late entries are not counted.")
COUNTED_ONCE = noted("A customer counts once in each line, by the worst that happened there.")


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
    journeys: tuple[ToldJourney, ...]
    trust_title: str
    trust: tuple[str, ...]


def sheet_of(page: Page, tongue: Tongue) -> Sheet:
    """Return a page in words."""
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
    headline = [asked(page.people, tongue), *_waiting(page.waits, tongue), *_short(page, tongue)]
    return Sheet(
        page.company,
        title(page, tongue),
        tuple(headline),
        tuple(journeys),
        tongue.say("How far this can be trusted"),
        tuple(_trust(page, tongue)),
    )


def title(page: Page, tongue: Tongue) -> str:
    """Name the week by its first and last day."""
    zone = ZoneInfo(page.zone)
    first = datetime.fromtimestamp(page.week.begin / 1000, zone)
    last = datetime.fromtimestamp(page.week.end / 1000 - 1, zone)
    same = first.year == last.year
    return tongue.say(
        "A walk through our customers' lives, {first} to {last} ({week})",
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
    return [*lines, *_kept_all(lived.kept_all, tongue)]


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


def _short(page: Page, tongue: Tongue) -> list[str]:
    """Say where the data end, if that is before the week does."""
    if page.now >= page.week.end:
        return []
    until = clock(page.now, page.week.begin, page.zone, tongue)
    return [tongue.say("The data reach until {clock}; what came later is missing.", clock=until)]


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


def _trust(page: Page, tongue: Tongue) -> list[str]:
    until = clock(page.now, page.week.begin, page.zone, tongue)
    return [
        *(_blind(blind, page, tongue) for blind in page.blind),
        tongue.say("What began in the week, as it stood on {clock}.", clock=until),
        tongue.say(COUNTED_ONCE),
        *_reported(page.trust, tongue),
    ]


def _reported(trust: Trust, tongue: Tongue) -> list[str]:
    return [
        *_by_whom(trust, tongue),
        tongue.say(
            "Answered in the last minute before the promise ran out: {n} of {total} answers.",
            n=trust.last_minute,
            total=trust.answers,
        ),
        tongue.say(
            "Answered {least} or more in one minute at one place: {n} of {total} answers.",
            least=AT_ONCE_MIN,
            n=trust.at_once,
            total=trust.answers,
        ),
        tongue.say(NOT_STORED),
    ]


def _by_whom(trust: Trust, tongue: Tongue) -> list[str]:
    if trust.unsaid == trust.cases:
        return [tongue.say("No feed says whether its cases were observed or self-reported.")]
    part, total = trust.self_reported, trust.cases
    lines = [tongue.say("Self-reported: {n} of {total} cases.", n=part, total=total)]
    if trust.unsaid:
        lines.append(tongue.say("The feed does not say who reported {n} of them.", n=trust.unsaid))
    return lines


def _blind(blind: Blind, page: Page, tongue: Tongue) -> str:
    since = clock(blind.since, page.now, page.zone, tongue)
    if not blind.stages:
        return tongue.say(
            "No events from {source} since {clock}.", source=blind.source, clock=since
        )
    return tongue.say(
        "No events from {source} since {clock}; what is said of {stages} is not the whole.",
        source=blind.source,
        clock=since,
        stages=tongue.listed([f'"{stage}"' for stage in blind.stages]),
    )

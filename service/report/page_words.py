"""A week's page in sentences, in the language handed in; text and HTML only lay them out.

The titles of stages and what is intended there are the company's own words and stay as they are.
No share stands here without its two counts, and nothing is called good or bad.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.spans import clock
from alerts.tongue import Tongue, noted
from service.report.clientele_words import customers_section, question
from service.report.commitment_words import together_section
from service.report.early_words import early_section
from service.report.function_words import function_section
from service.report.listening_words import listening_section
from service.report.reached import Reached
from service.report.section import Section
from service.report.trend_words import Chart, charts_of
from service.report.trust_words import trust_lines
from service.report.walk import Page
from service.report.walk_words import ToldJourney, asked, told_journeys, waiting_lines

DAY, DAY_OF_YEAR = noted("d MMM"), noted("d MMM y")


class Sheet(NamedTuple):
    """Hold a page in words: what stands above all, a headline block, the walk, and how far it can be trusted."""

    company: str
    title: str
    headline: tuple[str, ...]
    before: tuple[Section, ...]
    journeys: tuple[ToldJourney, ...]
    trust_title: str
    trust: tuple[str, ...]
    after: tuple[Section, ...] = ()
    charts: tuple[Chart, ...] = ()
    note: str = ""


def sheet_of(page: Page, tongue: Tongue, function: str = "") -> Sheet:
    """Return a page in words; with a function, what concerns it stands behind, in the same numbers."""
    clientele = page.clientele
    headline = [question(clientele, tongue)] if clientele else []
    headline += [asked(page.people, tongue), *waiting_lines(page.waits, tongue)]
    headline += _reached(page.reached, tongue)
    headline += _short(page, tongue)
    return Sheet(
        page.company,
        title(page, tongue),
        tuple(headline),
        (customers_section(clientele, tongue),) if clientele else (),
        told_journeys(page.journeys, tongue),
        tongue.say("How far this can be trusted"),
        tuple(trust_lines(page, tongue)),
        tuple(_after(page, tongue, function)),
        charts_of(page.trend, tongue) if page.trend else (),
        page.note,
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


def _short(page: Page, tongue: Tongue) -> list[str]:
    """Say where the data end, if that is before the week does."""
    if page.now >= page.week.end:
        return []
    until = clock(page.now, page.week.begin, page.zone, tongue)
    return [tongue.say("The data reach until {clock}; what came later is missing.", clock=until)]

"""The customer room: three walls to walk along, and the people who left.

The first wall shows how customers come and go, the second what troubles them, the third whether we
are reliable at the touchpoints that matter and who works on it.  All counts are those of the week's
page; only the loss review is more, because in this room somebody telephones.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from alerts.tongue import Tongue
from service.report.listening import Voices
from service.report.loss import Loss
from service.report.page_words import Sheet
from service.report.section import Line
from service.report.trend_words import Chart
from service.report.walk import Page, walked

NONE = Voices(0, 0)


class Grid(NamedTuple):
    """Hold a table: its head and its rows, all in words."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Wall(NamedTuple):
    """Hold one wall: a title, lines, a table and charts; each may be missing."""

    title: str
    lines: tuple[Line, ...] = ()
    grid: Grid | None = None
    charts: tuple[Chart, ...] = ()


def walls_of(page: Page, sheet: Sheet, losses: Sequence[Loss], tongue: Tongue) -> tuple[Wall, ...]:
    """Return the walls of a week's room, and the loss review where anybody left."""
    parts = {section.key: section.lines for section in (*sheet.before, *sheet.after)}
    charts = {chart.cid: chart for chart in sheet.charts}
    flow, stages = (
        tuple(charts[n] for n in names if n in charts) for names in (["flow"], ["stages"])
    )
    found = [
        Wall(
            tongue.say("Wall 1: how our customers come and go"),
            parts.get("customers", ()),
            None,
            flow,
        ),
        Wall(
            tongue.say("Wall 2: what troubles them"),
            parts.get("voices", ()),
            _reasons(page, tongue),
        ),
        Wall(
            tongue.say("Wall 3: whether we are reliable, and who works on it"),
            parts.get("together", ()),
            _touchpoints(page, tongue),
            stages,
        ),
    ]
    if losses:
        title = tongue.say("The people who left, and what they had lived")
        found.append(Wall(title, (), _losses(losses, tongue)))
    return tuple(found)


def _reasons(page: Page, tongue: Tongue) -> Grid | None:
    if page.clientele is None or not page.clientele.assets.left.people:
        return None
    assets = page.clientele.assets
    rows = [(reason, tongue.number(count)) for reason, count in assets.reasons]
    rows.append((tongue.say("other reasons"), tongue.number(assets.other)))
    rows.append((tongue.say("unknown"), tongue.number(assets.unknown)))
    return Grid((tongue.say("Why they left"), tongue.say("people")), tuple(rows))


def _touchpoints(page: Page, tongue: Tongue) -> Grid:
    voices = page.listening.voices if page.listening else {}
    head = (
        tongue.say("Touchpoint"),
        tongue.say("asked"),
        tongue.say("let down"),
        tongue.say("wait now"),
        tongue.say("messages"),
        tongue.say("low answers"),
    )
    rows = (
        (
            one.title,
            *map(
                tongue.number,
                (one.people.asked, one.people.late, one.waits.people, *voices.get(one.id, NONE)),
            ),
        )
        for _, one in walked(page)
    )
    return Grid(head, tuple(rows))


def _losses(losses: Iterable[Loss], tongue: Tongue) -> Grid:
    head = (
        tongue.say("Customer"),
        tongue.say("segment"),
        tongue.say("why they left"),
        tongue.say("broken promises before, with days before leaving"),
    )
    unknown = tongue.say("unknown")
    rows = (
        (
            one.customer,
            one.segment,
            one.reason or unknown,
            "; ".join(f"{broken.title} ({broken.days_before} d)" for broken in one.lived),
        )
        for one in losses
    )
    return Grid(head, tuple(rows))

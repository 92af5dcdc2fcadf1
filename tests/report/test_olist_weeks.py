"""The pages of the marketplace say what its tables say: 0 differences.

The sample that ships is compared week by week; the whole tables, where they are at hand, in the weeks
around the turn of the clocks, the Black Friday of 2017 and the last ones.  No desk is there: who was
warned is no matter of the tables.
"""

from pathlib import Path
from typing import Any

import pytest

from service.report.walk import Page, late_by_touchpoint
from service.simulator.olist import CUT, convert
from service.weekly.collecting import page_from
from service.weekly.sending import World, made, rows_of
from tests.report.olist_weeks import Counted, from_lines, from_tables, weekly
from tests.report.simulated import Simulated, stored
from tests.simulator.joined import Joined, joined_by_week
from tests.simulator.test_olist import SAMPLE, TABLES, needs_tables

CONFIG = SAMPLE.parent
NOTE = "Sampled orders: trends, not the market."
WEEKS = ["2017-W07", "2017-W42", "2017-W47", "2017-W48", "2018-W08"]
TOUCHPOINTS = ("approval", "hand-over", "hand-over-to", "delivery")


def marketplace(folder: Path, stream: Path) -> Simulated:
    """Return the marketplace with a stream in its store, as the world stood at the cut."""
    return stored(folder, stream, CONFIG, until=round(CUT.timestamp() * 1000), desk=False)


def page_in(world: Simulated, week: str) -> Page:
    """Return the page of a week."""
    return page_from(world.reads, world.settings, world.compiled, week)


def said(page: Page) -> dict[str, Any]:
    """Return what a page says of its week, in counts."""
    assert page.clientele is not None
    assert page.listening is not None
    (survey,) = page.listening.surveys
    return {
        "joined": tuple(page.clientele.assets.joined),
        "left": page.clientele.assets.left.people,
        "asked": page.people.asked,
        "let down": late_by_touchpoint(page),
        "about": (survey.about, survey.about_low),
        "came": (survey.came, survey.came_low),
        "messages": dict(page.listening.kinds),
    }


def true(week: Counted) -> dict[str, Any]:
    """Return the same of a week of the tables."""
    return {
        "joined": (week.joined, week.cents),
        "left": 0,
        "asked": len(week.asked),
        "let down": {name: len(week.late[name]) for name in TOUCHPOINTS},
        "about": (len(week.about), sum(score <= 2 for score in week.about)),
        "came": (len(week.came), sum(score <= 2 for score in week.came)),
        "messages": {"unaided": 0, "aided": week.comments, "experiential": 0},
    }


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Return the sample that ships."""
    return marketplace(tmp_path_factory.mktemp("sample"), SAMPLE / "events.ndjson")


def test_the_sample(sample: Simulated) -> None:
    """In every fourth week of a year the page of the sample says what its lines say."""
    known = weekly(*from_lines(SAMPLE / "events.ndjson"))
    names = [name for name in sorted(known) if "2017-W10" <= name <= "2018-W08"][::4]
    assert len(names) == 13
    found = {name: said(page_in(sample, name)) for name in names}
    assert found == {name: true(known[name]) for name in names}
    assert sum(week["messages"]["aided"] for week in found.values()) > 150


def test_what_stands_above(sample: Simulated) -> None:
    """The page says first that it shows trends, then who joined, and never that nobody left."""
    page = made(page_in(sample, "2017-W48"), World(sample.settings, sample.compiled))
    first, title, question, *_ = page.text.splitlines()
    assert first == NOTE
    assert title.startswith("OLIST MARKETPLACE - Our customers")
    assert question.endswith("people joined us; nothing here tells who left.")
    assert "Left" not in page.text
    assert f'<p class="note">{NOTE}</p>' in page.html
    assert page.text.count(NOTE) == 1
    console, mail = rows_of(page, "operations", 0, sample.compiled.directory)
    assert console.lines[0] == mail.lines[0] == NOTE
    assert mail.page is not None
    assert mail.page.html.index(NOTE) < mail.page.html.index("Olist marketplace</")


@needs_tables
def test_the_tables(tmp_path: Path) -> None:
    """In weeks of all kinds the page of the whole stream says what the tables say."""
    convert(TABLES, tmp_path / "events.ndjson", tmp_path / "truth.json")
    world = marketplace(tmp_path, tmp_path / "events.ndjson")
    known, joined = weekly(*from_tables(TABLES)), joined_by_week(TABLES)
    found = {name: said(page_in(world, name)) for name in WEEKS}
    assert found == {name: true(known[name]) for name in WEEKS}
    assert {name: Joined(*week["joined"]) for name, week in found.items()} == {
        name: joined[name] for name in WEEKS
    }
    assert sum(sum(week["let down"].values()) for week in found.values()) > 300

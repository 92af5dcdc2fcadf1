"""The page says each thing in its language, and the guard-rails hold: people, no marks, no colours."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.tongue import ENGLISH, Tongue
from alerts.tongues import tongue_of
from service.report.page_html import html_of
from service.report.page_text import COLUMNS, data_of, text_of
from service.report.page_words import Sheet, sheet_of
from service.report.people import People
from service.report.trust import Trust
from service.report.walk import Page
from service.report.week import week_named
from tests.report.lived import lived_page

SPANISH = tongue_of("es")
TEXT = """\
AURORA MOTORS - Our customers, 14 Sep to 20 Sep 2026 (2026-W38)
164 people asked: kept for 144, let down 17, gave up before an answer 1, unknown 1, still within the
  promise 1.
3 people wait past the promise now, the longest for 5 d on their watch, 1 d 6 h of opening hours.

TEST DRIVE

  "I'm curious"  Someone real is glad I asked.
    A person answers. Promise: 1h open.
      164 people asked: kept for 146, let down 15, gave up before an answer 1, unknown 1, still within the
        promise 1.
      3 of those let down still wait.
      2 people wait past the promise now, the longest for 2 d 2 h on their watch, 9 h of opening hours.
      It depends on where you live: 1 of 10 places hold 14 of 15.
      Kept every promise, 10 or more each: Place 1, Place 3, Place 4, Place 5, Place 6; 2 more places.

  "I decide"
    Near enough.
      11 people asked: kept for 9, let down 2.

  "I wait"
    It comes. Promise: 4d.
      Nobody asked this week.
      1 person waits past the promise now, for 5 d on their watch, 1 d 6 h of opening hours.

HOW FAR THIS CAN BE TRUSTED
  No events from crm since Sun 20 Sep 13:00; what is said of "I'm curious" is not the whole.
  No events from fleet since Sun 20 Sep 03:00.
  What began in the week, as it stood on Mon 21 Sep 09:00.
  A customer counts once in each line, by the worst that happened there.
  Self-reported: 1 of 175 cases.
  The feed does not say who reported 1 of them.
  Answered in the last minute before the promise ran out: 1 of 158 answers.
  Answered 10 or more in one minute at one place: 10 of 158 answers.
  Entered more than an hour after it was given: 0 of 158 answers.
"""
COLOURS = re.compile(r"\b(green|red|amber|yellow|verde|roj[oa]|ámbar|amarill[oa])\b", re.IGNORECASE)
PLEASED = re.compile(r"\b(on track|off track|target|goal|objetivo|meta)\b", re.IGNORECASE)


@pytest.fixture
def page() -> Page:
    """Return the page of the week made by hand."""
    return lived_page()


def block(sheet: Sheet) -> str:
    """Return the headline block."""
    return "\n".join((sheet.title, *sheet.headline))


def test_every_sentence(page: Page) -> None:
    """The page made by hand reads to the letter as it stands here."""
    assert text_of(sheet_of(page, ENGLISH)) == TEXT


def test_spanish(page: Page) -> None:
    """Spanish counts and writes numbers as its readers do; titles stay as they are configured."""
    many = replace(page, people=People(2410, 1930, 458, 12, 3, 7, 61))
    text = text_of(sheet_of(many, SPANISH))
    assert "del 14 sept al 20 sept 2026 (2026-W38)" in text
    assert "2.410 personas lo pidieron: cumplimos con 1.930, fallamos a 458" in text
    assert "Ahora 1 persona espera más de lo prometido: lleva 5 d de su tiempo" in text
    assert "Depende de dónde viva: 1 de 10" in text
    assert '"I\'m curious"  Someone real is glad I asked.' in text
    assert "3 de las desatendidas todavía esperan." in text
    assert "asked" not in text.replace("glad I asked", "")


@pytest.mark.parametrize("tongue", [ENGLISH, SPANISH], ids=lambda tongue: tongue.tag)
def test_guard_rails(page: Page, tongue: Tongue) -> None:
    """No percentage leads, no colour judges, no score is chased, and nobody is named."""
    sheet = sheet_of(page, tongue)
    text, html = text_of(sheet), html_of(sheet, tongue.tag)
    body = html[html.index("<body>") :]
    assert "%" not in block(sheet)
    for said in (text, body):
        assert "%" not in said
        assert not COLOURS.search(said)
        assert not PLEASED.search(said)
        assert not re.search(r"\b[cb]\d{3}\b", said)
    assert max(map(len, text.splitlines())) <= COLUMNS < 110


def test_a_year_is_named_where_it_turns(page: Page) -> None:
    """A week that lies in two years names both."""
    week = week_named("2026-W53", page.zone)
    title = sheet_of(replace(page, week=week), ENGLISH).title
    assert "28 Dec 2026 to 3 Jan 2027 (2026-W53)" in title


def test_who_reported(page: Page) -> None:
    """Where no feed says who reported, that is said instead of a nought; where all do, only theirs."""
    nobody = sheet_of(replace(page, trust=Trust(9, 0, 9, 0, 0, 0)), ENGLISH).trust
    assert "No feed says whether its cases were observed or self-reported." in nobody
    assert not any(line.startswith("Self-reported") for line in nobody)
    everyone = sheet_of(replace(page, trust=Trust(9, 4, 0, 0, 0, 0)), ENGLISH).trust
    assert "Self-reported: 4 of 9 cases." in everyone
    assert not any("does not say" in line for line in everyone)


def test_few_names_are_listed_as_a_sentence_ends(page: Page) -> None:
    """Up to five places stand in one list."""
    (journey,) = page.journeys
    stage = journey.stages[0]
    (lived,) = stage.touchpoints
    few = replace(stage, touchpoints=(replace(lived, kept_all=("Leeds", "York")),))
    told = sheet_of(replace(page, journeys=(replace(journey, stages=(few,)),)), ENGLISH)
    lines = told.journeys[0].stages[0].touchpoints[0].lines
    assert lines[-1] == "Kept every promise, 10 or more each: Leeds and York."


def test_the_file_stands_alone(page: Page) -> None:
    """The HTML loads nothing, runs nothing, escapes what was configured, and prints on A4."""
    html = html_of(sheet_of(replace(page, company="A <b> & Co"), SPANISH), SPANISH.tag)
    assert '<html lang="es">' in html
    assert "A &lt;b&gt; &amp; Co" in html
    assert "size: A4" in html
    for loads in ("<script", "<link", "src=", "href=", "url(", "@import"):
        assert loads not in html


def test_a_nought_is_no_praise(page: Page) -> None:
    """Where nobody asked there is no figure at all."""
    stages = sheet_of(page, ENGLISH).journeys[0].stages
    figures = [(told.late, told.of_asked) for stage in stages for told in stage.touchpoints]
    assert figures == [("15", "let down of\u00a0164"), ("2", "let down of\u00a011"), ("", "")]


def test_machines(page: Page) -> None:
    """Every value of the page has a name in JSON, in whole numbers."""
    data = json.loads(json.dumps(data_of(page)))
    assert data["people"]["asked"] == 164
    assert data["week"]["name"] == "2026-W38"
    answer = data["journeys"][0]["stages"][0]["touchpoints"][0]
    assert answer["people"]["late"] == 15
    assert answer["depends"] == {"holding": 1, "units": 10, "held": 14}
    assert data["blind"][0]["stages"] == ["I'm curious"]
    assert not re.search(r"\d\.\d", json.dumps(data))


def test_no_score_is_a_target() -> None:
    """No key of the configuration sets a score to be reached."""
    schema = Path("config/erosion.schema.json").read_text("utf-8")
    keys = {key for found in keys_of(json.loads(schema)) for key in found.lower().split("_")}
    assert "score" in keys
    assert not keys & {"target", "goal", "nps", "csat", "bonus", "rank"}


def keys_of(schema: object) -> list[str]:
    """Return the names of all properties in a schema."""
    if isinstance(schema, list):
        return [key for item in schema for key in keys_of(item)]
    if not isinstance(schema, dict):
        return []
    own = schema.get("properties", {})
    names = list(own) if isinstance(own, dict) else []
    return names + [key for item in schema.values() for key in keys_of(item)]

"""What stands beside the walk reads to the letter, adds up, and keeps the guard-rails."""

import json
import re
from dataclasses import replace

import pytest

from alerts.tongue import ENGLISH, Tongue
from alerts.tongues import tongue_of
from service.report.assets import Flow
from service.report.definitions import definitions_of
from service.report.function_words import functions_of
from service.report.lives import Step
from service.report.loss import losses_of
from service.report.page_html import html_of, room_of
from service.report.page_text import COLUMNS, data_of, text_of
from service.report.page_words import sheet_of
from service.report.room import walls_of
from tests.report.lived import WEEK, case
from tests.report.told import ASSETS, CLIENTELE, DAY_MS, EARLY, told_page

SPANISH = tongue_of("es")
CUSTOMERS = """\
OUR CUSTOMERS (● = 100 PEOPLE)
  Joined 1,142, worth €2.5M a year. Of them 12 had left before.  ●●●●●●●●●●●
  Left 1,318, worth €3.1M a year. Of them 40 went quiet and told nobody.  ●●●●●●●●●●●●●
  All 1,142 newcomers only replaced people we lost.
  Bought more 2,004, cut back 2,391; moved up a tier 418, down 502; brought a friend 311.
  families +612 -540 | first car +530 -778
  Why they left (known for 902, unknown for 416): 264 waited too long, 201 wanted car not there, 121 price,
    316 other.
  Of the 1,318 who left, 280 had lived a broken promise in the 90 days before: 264 A person answers, 31 Near
    enough.
  3 facts named no customer and are not counted.
""".replace(" -", " \N{MINUS SIGN}")
VOICES = """\
WHAT THEY TOLD US
  Messages: 1,206 by themselves, 0 because we asked, 4 lived with them. 312 waiting for an answer, 40 the
    price, 851 of other categories, 3 of no category of the list.
  Surveys about this week: 8 answers so far, 2 of them low. Provisional until Wed 7 Oct 00:00.
  388 answers came in this week, 41 of them low, 11 days after the experience in the median.
  Three sources point to the same place: A person answers (15 let down, 312 messages, 18 low answers).

HOW EARLY DID WE KNOW? (LAST 90 DAYS)
  22 survey drops came in; we had warned of 16. Days from the first warning to the drop: 17 in the median,
    17 for one in ten, -3 at worst. 900 people were warned of early.
"""
HEADLINE = "Did we earn the right to grow this week? Not yet: 176 more people left us than joined."
TONGUES = pytest.mark.parametrize("tongue", [ENGLISH, SPANISH], ids=lambda tongue: tongue.tag)


def test_to_the_letter() -> None:
    """Customers lead, their words follow the walk, our own score stands behind them."""
    text = text_of(sheet_of(told_page(), ENGLISH))
    assert text.splitlines()[1] == HEADLINE
    assert CUSTOMERS in text
    assert VOICES in text
    places = [
        text.index(part) for part in ("OUR CUST", "TEST DRIVE", "WHAT THEY", "HOW EARLY", "HOW FAR")
    ]
    assert places == sorted(places)
    assert "to 13 Sep. 2 more." in " ".join(text.split())
    assert "24 warnings: 16 confirmed, 3 empty, 5 acted on" in text
    assert (
        "Definitions of customers: version 14, agreed by Head of Retail and Head of Finance."
        in text
    )


def test_spanish() -> None:
    """The Spanish head is that of the specification: its words, its numbers."""
    text = " ".join(text_of(sheet_of(told_page(), SPANISH)).split())
    assert (
        "¿Nos ganamos el derecho a crecer esta semana? Todavía no: se fueron 176 personas más"
        in text
    )
    assert "NUESTROS CLIENTES (● = 100 PERSONAS)" in text
    assert "Llegaron 1.142, con un valor de" in text
    assert "¿CON CUÁNTA ANTELACIÓN LO SUPIMOS?" in text


@TONGUES
def test_guard_rails(tongue: Tongue) -> None:
    """No share without its counts, no colour, no target, no pseudonym, and no success of closing."""
    page = told_page()
    sheet = sheet_of(page, tongue)
    html = html_of(sheet, tongue.tag, definitions_of(page, tongue), "x")
    for said in (text_of(sheet), html[html.index("<body>") :]):
        assert "%" not in said
        assert not re.search(
            r"\b(green|red|amber|verde|roj[oa]|target|score target|objetivo)\b", said
        )
        assert not re.search(r"\b[cb]\d{3}\b", said)
        assert not re.search(r"alerts? closed|alertas? cerrad", said, re.IGNORECASE)
    assert max(map(len, text_of(sheet).splitlines())) <= COLUMNS < 110


def test_who_grew() -> None:
    """The question is answered in people: more joined, more left, or as many."""
    page = told_page()
    for joined, left, said in ((3, 1, "Yes: 2 more people joined"), (1, 1, "as many people left")):
        assets = ASSETS._replace(joined=Flow(joined, 0), left=Flow(left, 0))
        changed = CLIENTELE._replace(assets=assets)
        assert said in sheet_of(replace(page, clientele=changed), ENGLISH).headline[0]


def test_every_line_has_its_definition() -> None:
    """What a line names as its definition is defined, with the raw counts behind it, in two languages."""
    page = told_page()
    for tongue in (ENGLISH, SPANISH):
        known = {one.key: one for one in definitions_of(page, tongue)}
        sheet = sheet_of(page, tongue)
        about = {line.about for part in (*sheet.before, *sheet.after) for line in part.lines}
        assert about - {"", "definitions"} <= known.keys()
        assert "joined.people 1142" in known["joined"].raw
        assert "survey.answered.confirmed 16" in known["precision"].raw
        html = html_of(sheet, tongue.tag, tuple(known.values()), "x")
        assert set(re.findall(r'href="#([a-z]+)"', html)) <= set(re.findall(r'id="([a-z]+)"', html))


def test_tables_stand_beside_pictures() -> None:
    """Every chart says its finding and all its numbers, with or without somebody who draws."""
    page = told_page()
    html = html_of(sheet_of(page, ENGLISH), "en")
    assert "<img" not in html
    assert html.count("<figure>") == 3
    assert "<td>1318</td>" in html
    drawn = html_of(sheet_of(page, ENGLISH), "en", pictures={"flow": "AAAA"})
    assert (
        'src="data:image/png;base64,AAAA" alt="People who joined and left, by week. In 2 weeks'
        in drawn
    )


def test_a_function() -> None:
    """A function sees what it contributes to, and its suggestion only where people were let down."""
    page = told_page()
    (journey,) = page.journeys
    stage = journey.stages[0]
    (lived,) = stage.touchpoints
    mine = replace(lived, contributing=("it",), suggestions={"sales": "Call at noon."})
    changed = replace(
        page, journeys=(replace(journey, stages=(replace(stage, touchpoints=(mine,)),)),)
    )
    assert functions_of(changed) == {"it", "sales"}
    assert "FOR SALES\n  A person answers: let down 15 of 164. Call at noon." in text_of(
        sheet_of(changed, ENGLISH, "sales")
    )
    assert "FOR IT\n  A person answers: let down 15 of 164.\n" in text_of(
        sheet_of(changed, ENGLISH, "it")
    )


def test_a_room() -> None:
    """Three walls, and for each person who left what was broken to them, the saddest first."""
    left = {
        name: Step(name, WEEK.end - DAY_MS, False, "said", "families", worth, "price")
        for name, worth in (("a1", 10), ("b2", 90), ("c3", 50))
    }
    late = [case(1, "late", customer="c3"), case(2, "late", customer="zz")]
    losses = losses_of(left, late, CLIENTELE.titles, 90 * DAY_MS)
    assert [(one.customer, len(one.lived)) for one in losses] == [("c3", 1), ("b2", 0), ("a1", 0)]
    page = told_page()
    sheet = sheet_of(page, ENGLISH)
    walls = walls_of(page, sheet, losses, ENGLISH)
    assert [wall.title.partition(":")[0] for wall in walls][:3] == ["Wall 1", "Wall 2", "Wall 3"]
    html = room_of(sheet, "en", "Customer room", walls, {})
    assert "A person answers (5 d)" in html
    assert html.count('class="wall"') == 4
    assert len(walls_of(page, sheet, [], ENGLISH)) == 3


def test_machines() -> None:
    """The data hold every count of the page, under the names of its fields."""
    data = json.loads(json.dumps(data_of(told_page())))
    assert data["clientele"]["assets"]["reasons"][0] == ["waited too long", 264]
    assert data["early"]["surveys"][0]["card"]["drops"] == {"part": 16, "whole": 22}
    assert data["listening"]["voices"]["answer"] == {"messages": 312, "low": 18}


def test_nothing_to_judge() -> None:
    """Without a drop, or without answers enough, that is said instead of a nought."""
    page = told_page()
    for reasons, said in (({"drops": "x"}, "answers enough"), ({}, "No survey result fell.")):
        card = replace(
            EARLY.surveys[0].card,
            drops=EARLY.surveys[0].card.drops._replace(part=0, whole=0),
            reasons=reasons,
        )
        early = EARLY._replace(surveys=(EARLY.surveys[0]._replace(card=card),))
        assert said in text_of(sheet_of(replace(page, early=early), ENGLISH))

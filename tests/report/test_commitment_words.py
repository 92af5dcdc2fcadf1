"""What we will do together, to the letter and in both languages: counts of people, and a question."""

import json
import re
from dataclasses import replace

import pytest

from alerts.spans import DAY_MS
from alerts.tongue import ENGLISH, Tongue
from alerts.tongues import tongue_of
from service.report.commitment import Commitment, Counts, State, Together
from service.report.definitions import definitions_of
from service.report.descent import Course, Way
from service.report.page_html import html_of
from service.report.page_text import COLUMNS, data_of, section_text, text_of
from service.report.page_words import sheet_of
from tests.report.lived import NOW, WEEK, lived_page

SPANISH = tongue_of("es")
OPEN = Commitment(
    "c1",
    State.OPEN,
    "answer",
    "region",
    "north",
    began_at=WEEK.begin - 7 * DAY_MS,
    what="A person answers every request within the hour",
    leader="Head of Retail",
    functions=("sales", "it", "dealers"),
    by="2026-10-04",
    by_at=NOW + 20 * DAY_MS,
    count_before=1301,
    aim=30,
)
FLEET = replace(
    OPEN,
    id="c2",
    per="company",
    what="The car asked for waits",
    leader="Head of Fleet",
    functions=(),
    by="2027-01-18",
    counts=Counts.WAITING,
    count_before=1,
    aim=0,
)
CLOSED = replace(
    OPEN,
    id="c3",
    state=State.CLOSED,
    what="Hand-over on the day",
    count_before=96,
    closed_at=WEEK.begin + DAY_MS,
    count_after=41,
    why_closed="the new route stays",
)
PROPOSED = Commitment("c4", State.PROPOSED, "near", "unit", "u9", WEEK.begin, episodes=3)
SHOWN = (
    Together(OPEN, "A person answers", "North", 198, Course(Way.FALLING, 24)),
    Together(replace(OPEN, id="c5"), "A person answers", "South", 30, Course(Way.DOWN, 14)),
    Together(FLEET, "It comes", "", 4, Course(Way.NOT_FALLING)),
    Together(CLOSED, "It comes", "North", 39, Course(Way.FALLING, 2)),
    Together(PROPOSED, "Near enough", "Place 9", 12, Course(Way.EARLY)),
)
ENGLISH_TEXT = """\
WHAT WE WILL DO TOGETHER (NEVER MORE THAN THREE)
  A person answers every request within the hour, North: Head of Retail, with sales, it and dealers.
  Then 1,301 people let down in a week, this week 198; aim: at most 30 by 4 Oct. Days to bring the count
    down: about 24 more, at the pace of the last weeks.
  A person answers every request within the hour, South: Head of Retail, with sales, it and dealers.
  Then 1,301 people let down in a week, this week 30; aim: at most 30 by 4 Oct. Days to bring the count
    down: 14.
  The car asked for waits, the whole company: Head of Fleet.
  Then 1 person waiting, at the end of this week 4; aim: at most 0 by 18 Jan 2027. Days to bring the count
    down: the count is not falling.
  Closed this week: Hand-over on the day, North. Before 96 people, now 39; the aim was at most 30.
  Proposed, 3 times in 28 days: Near enough, Place 9. Let down this week: 12.
  Would we do this to someone we love? What is our intention here?
"""
SPANISH_TEXT = """\
QUÉ HAREMOS JUNTOS (NUNCA MÁS DE TRES COSAS)
  A person answers every request within the hour, North: Head of Retail, con sales, it y dealers.
  Al empezar, 1.301 personas desatendidas en una semana, esta semana 198; que sean 30 como mucho para el 4
    oct. Días hasta bajar la cuenta: unos 24 más, al ritmo de las últimas semanas.
  A person answers every request within the hour, South: Head of Retail, con sales, it y dealers.
  Al empezar, 1.301 personas desatendidas en una semana, esta semana 30; que sean 30 como mucho para el 4
    oct. Días hasta bajar la cuenta: 14.
  The car asked for waits, toda la empresa: Head of Fleet.
  Al empezar esperaba 1 persona, al final de esta semana 4; que sean 0 como mucho para el 18 ene 2027. Días
    hasta bajar la cuenta: la cuenta no baja.
  Cerrado esta semana: Hand-over on the day, North. Antes 96 personas, ahora 39; debían ser 30 como mucho.
  Propuesto, 3 veces en 28 días: Near enough, Place 9. Desatendidas esta semana: 12.
  ¿Le haríamos esto a alguien a quien queremos? ¿Cuál es nuestra intención aquí?
"""
# Words that judge a plan, a person or a colour; "closed" is told with its counts only.
JUDGING = re.compile(
    r"\b(success\w*|achiev\w*|complet\w*|done|on track|target|goal|green|red|amber|best|worst|rank\w*"
    r"|éxito|logr\w*|complet\w*|objetivo|meta|verde|roj[oa]|ámbar|mejor|peor)\b|%",
    re.IGNORECASE,
)


def text(tongue: Tongue) -> str:
    """Return the section as it is printed."""
    sheet = sheet_of(replace(lived_page(), commitments=SHOWN), tongue)
    return section_text(sheet.after[-1])


def test_english() -> None:
    """Every kind of line, as it stands here."""
    assert text(ENGLISH) == ENGLISH_TEXT


def test_spanish() -> None:
    """The same in Spanish."""
    assert text(SPANISH) == SPANISH_TEXT


@pytest.mark.parametrize("tongue", [ENGLISH, SPANISH], ids=lambda tongue: tongue.tag)
def test_guard_rails(tongue: Tongue) -> None:
    """No judgement, no share, no reason typed by a person, and the page keeps its width."""
    said = text(tongue)
    assert not JUDGING.search(said)
    assert "the new route stays" not in said
    assert max(map(len, said.splitlines())) <= COLUMNS
    closing = [line for line in said.splitlines() if "Hand-over" in line]
    assert len(closing) == 1
    assert "96" in closing[0]
    assert "39" in closing[0]


@pytest.mark.parametrize(
    ("way", "english", "spanish"),
    [
        (Way.EARLY, "too early to say.", "es pronto para decirlo."),
        (Way.BELOW, "none, it was never above the aim.", "ninguno, nunca pasó de lo acordado."),
    ],
)
def test_without_days(way: Way, english: str, spanish: str) -> None:
    """Before there are weeks enough it says so, and what was never above the aim is not brought down."""
    shown = (Together(OPEN, "A person answers", "", 198, Course(way)),)
    page = replace(lived_page(), commitments=shown)
    for tongue, said in ((ENGLISH, english), (SPANISH, spanish)):
        assert sheet_of(page, tongue).after[-1].lines[1].text.endswith(f": {said}")


def test_without_commitments_there_is_no_section() -> None:
    """A page on which nothing is promised or proposed ends as before."""
    assert sheet_of(lived_page(), ENGLISH).after == ()


def test_the_whole_page() -> None:
    """It stands behind the walk, each count leads to its definition, and machines read it as well."""
    page = replace(lived_page(), commitments=SHOWN)
    assert "WHAT WE WILL DO TOGETHER" in text_of(sheet_of(page, ENGLISH))
    found = {one.key: one for one in definitions_of(page, ENGLISH)}["commitments"]
    assert "before.c1 1301" in found.raw
    html = html_of(sheet_of(page, ENGLISH), ENGLISH.tag, (found,))
    assert 'href="#commitments"' in html
    data = json.loads(json.dumps(data_of(page)))["commitments"]
    assert data[0]["commitment"]["leader"] == "Head of Retail"
    assert data[0]["course"] == {"way": "falling", "days": 24}

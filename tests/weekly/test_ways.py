"""One page by every way: a mail that a relay took, Slack's headline, a printed text, data for machines."""

import io
import json
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from html import unescape

import httpx
import pytest

from alerts.channels.console import Console
from alerts.channels.email import Email
from alerts.channels.slack import Slack
from alerts.channels.webhook_body import body
from alerts.digest import is_digest
from alerts.enclosure import Enclosure, Picture
from alerts.folding import heaps
from alerts.notice import Why
from alerts.outbox import OutboxRow, Pending
from alerts.retry import Result
from alerts.told import BODY_BYTES_MAX, size
from service.report.page_text import text_of
from service.report.walk import Page
from tests.alerts.corpus import CORPUS
from tests.alerts.fakes import NOON
from tests.alerts.samples import OPENED
from tests.alerts.test_channels import tags_of
from tests.alerts.test_payloads import RELAY
from tests.alerts.test_wires import Mailbox, email, relay
from tests.report.lived import lived_page
from tests.weekly.pages import ADDRESS, LOCALES, PICTURES, illustrated, made_in, rows

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")
TITLE = {
    "en": "Aurora Motors - Our customers, 14 Sep to 20 Sep 2026 (2026-W38)",
    "es": "Aurora Motors - Nuestros clientes, del 14 sept al 20 sept 2026 (2026-W38)",
}


async def taken(row: OutboxRow) -> EmailMessage:
    """Send a mail through a real relay and return what arrived."""
    mailbox = Mailbox()
    async with relay(mailbox) as port:
        verdict = await email(port).send(row, NOON)
    assert verdict.result is Result.DELIVERED
    (mail,) = mailbox.mails
    return mail


def part(mail: EmailMessage, kind: str) -> str:
    """Return one part of a mail as text."""
    found = mail.get_body((kind,))
    assert found is not None
    content = found.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def laid_out(text: str) -> str:
    """Return a text with its lines and their indents, and single blanks between words."""
    lines = (
        " " * (len(one) - len(one.lstrip())) + " ".join(one.split()) for one in text.split("\n")
    )
    return "\n".join(lines)


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_mail(locale: str) -> None:
    """Subject, text and HTML of the page arrive whole, in the company's language, with its address."""
    mail, page = await taken(rows(locale)["email"]), made_in(locale)
    # A long subject begins on a line of its own, and readers drop the blank before it.
    assert mail["Subject"].strip() == TITLE[locale]
    assert mail["References"] is None
    assert mail.get_content_type() == "multipart/alternative"
    plain, shown = part(mail, "plain"), part(mail, "html")
    assert plain.startswith(laid_out(text_of(page.sheet)))
    assert plain.rstrip().endswith(ADDRESS)
    assert f'lang="{locale}"' in shown
    for line in (*page.sheet.headline, *page.sheet.trust):
        words = line.replace('"', "&#34;").replace("'", "&#39;")
        assert words in shown


async def test_pictures_come_with_the_mail() -> None:
    """Each picture is a part beside the HTML that names it, with its words, and nothing is loaded."""
    mail = await taken(illustrated())
    shown = part(mail, "html")
    together = [p for p in mail.walk() if p.get_content_type() == "multipart/related"]
    assert len(together) == 1
    images = [p for p in mail.walk() if p.get_content_type() == "image/png"]
    assert [p["Content-ID"] for p in images] == [f"<{picture.cid}>" for picture in PICTURES]
    for image, picture in zip(images, PICTURES, strict=True):
        assert image.get_content().startswith(b"\x89PNG")
        assert image.get_content_disposition() == "inline"
        assert f'src="cid:{picture.cid}"' in shown
        assert f'alt="{picture.alt}"' in unescape(shown)
    assert mail.get_content_type() == "multipart/alternative"
    assert part(mail, "plain").startswith("AURORA MOTORS")


def test_a_name_that_is_none_makes_no_header() -> None:
    """A picture whose name could end a header is left out."""
    bad = Picture("a>\r\nBcc: b@evil.example", "x", PICTURES[0].png)
    row = replace(rows()["email"], page=Enclosure("2026-W38", html="<p>x</p>", pictures=(bad,)))
    mail = Email(RELAY).payload(row)
    assert "evil" not in mail.as_string()


def test_slack_has_the_headline_and_a_way_to_the_page() -> None:
    """The first line without a mark of any colour, the headline's lines, and a link."""
    said = json.dumps(Slack(httpx.AsyncClient(), {}).payload(rows()["slack"]), ensure_ascii=False)
    assert TITLE["en"] in said
    assert "164 people asked" in said
    assert ADDRESS in said
    assert "Near enough" not in said
    assert not set("🔴🟠⚪🟢") & set(said)


def test_a_terminal_has_the_whole_text() -> None:
    """The text is printed with its layout, and whom it is for."""
    printed = Console(io.StringIO()).payload(rows()["console"])
    assert printed.startswith(laid_out(made_in().text).rstrip())
    assert "[to cco]" in printed


def test_machines_have_data() -> None:
    """A webhook gets the kind, the week and the page as data."""
    sent = body(rows()["webhook"])
    data = sent["data"]
    assert (sent["type"], data["kind"], data["week"]) == (
        "erosion.message.digest",
        "digest",
        "2026-W38",
    )
    assert data["page"] == made_in().data


def test_a_page_that_is_too_large_for_a_webhook_says_so() -> None:
    """Of a page beyond the size of a body the data are left out, and that is said."""
    row = rows()["webhook"]
    row = replace(row, page=Enclosure("2026-W38", {"names": "x" * BODY_BYTES_MAX}))
    sent = body(row)
    assert size(sent) <= BODY_BYTES_MAX
    assert (sent["data"]["page"], sent["data"]["page_left_out"]) == (None, True)
    assert sent["data"]["week"] == "2026-W38"


def test_a_row_comes_back_as_it_was() -> None:
    """Through JSON and back a row is the same, with a page, with pictures, and without."""
    for row in (*rows().values(), illustrated(), OPENED):
        stored = json.loads(json.dumps(row.to_row()))
        again = OutboxRow.from_row(stored)
        assert (again.page is None) == (row.page is None)
        assert json.loads(json.dumps(again.to_row())) == stored
    assert "page" not in OPENED.to_row()
    assert max(len(json.dumps(row.to_row())) for row in rows().values()) < 64 * 1024


def test_a_page_is_never_folded() -> None:
    """Behind a failure alerts become one digest; the week's page stays a message of its own."""
    page = replace(rows()["slack"], channel="email", settings={})
    alerts = [
        replace(OPENED, key=f"{n:032}", alerts=((f"a{n}", 1),), thread=f"t{n}", receiver="cco")
        for n in range(20)
    ]
    pending = [Pending(replace(row, channel="email", settings={})) for row in (*alerts, page)]
    assert is_digest(page)
    assert page.why is Why.DIGEST
    told = [item.row.key for heap in heaps(pending, NOON, 10, ()) for item in heap]
    assert told
    assert page.key not in told


def hostile(text: str) -> Page:
    """Return a page that has a text wherever a name can stand."""
    page = lived_page()
    journey = page.journeys[0]
    stage = journey.stages[0]
    lived = replace(stage.touchpoints[0], title=text, promise=text, kept_all=(text, text))
    stage = replace(stage, title=text, intention=text, touchpoints=(lived,))
    return replace(page, company=text, journeys=(replace(journey, title=text, stages=(stage,)),))


@pytest.mark.parametrize("text", CORPUS)
def test_hostile_names(text: str) -> None:
    """Whatever a name says, a mail has the tags of a harmless one and no header of its own."""
    mail, plain = (
        Email(RELAY).payload(rows(page=hostile(name))["email"]) for name in (text, "Leeds")
    )
    mine, theirs = tags_of(mail), tags_of(plain)
    assert (mine.tags, mine.addresses) == (theirs.tags, theirs.addresses)
    assert set(mail.keys()) == set(plain.keys())
    assert message_from_bytes(mail.as_bytes()).keys() == mail.keys()

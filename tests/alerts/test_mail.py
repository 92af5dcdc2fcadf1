"""Mails: a thread that answers its first mail, one button, and answers as links."""

import re
from email.message import EmailMessage

from alerts.channels.email import Email, Relay, Tls
from alerts.channels.email_look import html, text
from alerts.outbox import OutboxRow
from tests.alerts.samples import LONG, OPENED, RESOLVED, for_channel

RELAY = Relay("127.0.0.1", 1, Tls.NONE, "alerts@aurora.example")
PARENT = "<" + "0f" * 16 + "@aurora.example>"


def made_up(row: OutboxRow, action: str) -> str:
    """Return an address for an answer."""
    return f"https://erosion.example/answer/{action}.{row.key}"


def mail(row: OutboxRow, parent: str = "") -> EmailMessage:
    """Return the mail for a row."""
    return Email(RELAY, made_up).payload(for_channel(row, "email", parent))


def part(of: EmailMessage, kind: str) -> str:
    """Return one part as text."""
    found = of.get_body((kind,))
    assert found is not None
    content = found.get_content()
    assert isinstance(content, str)
    return content


def test_later_mails_answer_the_first() -> None:
    """The first has no reference and its key as its id; the others answer it."""
    first, later = mail(OPENED), mail(RESOLVED, PARENT)
    assert (first["Message-ID"], first["References"], first["In-Reply-To"]) == (PARENT, None, None)
    assert (later["References"], later["In-Reply-To"]) == (PARENT, PARENT)


def test_a_reference_that_is_none_of_ours_is_left_out() -> None:
    """What stands in the store cannot make a header."""
    later = mail(RESOLVED, "<x@y>\r\nBcc: a@evil.example")
    assert later["Bcc"] is None
    assert later["References"] is None


def test_answers_stand_in_both_parts() -> None:
    """One button for the first answer, a link for the second, lines in the text."""
    first = mail(OPENED)
    page, plain = part(first, "html"), part(first, "plain")
    for action in ("take", "refuse"):
        assert made_up(OPENED, action) in page
        assert made_up(OPENED, action) in plain
    assert page.count("mso-padding-alt:13px 26px") == page.count(">I have it<") == 1


def test_without_answers_the_first_link_is_the_button() -> None:
    """A mail that asks for nothing still has one thing to press, or nothing at all."""
    assert ">People<" in part(mail(LONG), "html")
    assert "mso-padding-alt:13px" not in part(mail(RESOLVED), "html")
    no_page = Email(RELAY).payload(for_channel(OPENED, "email"))
    assert "answer/" not in no_page.as_string()


def test_the_first_line_is_read_before_opening() -> None:
    """The preview of a mailbox shows the promise, not the markup."""
    page = html(OPENED, OPENED.subject)
    first = re.search(r'<body[^>]*><div style="display:none[^"]*">([^<]*)<', page)
    assert first is not None
    assert first[1].startswith("Promise: 1h open.")
    assert text(OPENED).startswith("ACT NOW - 37 people waiting")


def test_nothing_is_wider_than_a_phone() -> None:
    """Widths are shares of the screen outside of what only Outlook reads, and words may break."""
    page = re.sub(r"<!--\[if mso.*?endif\]-->", "", html(LONG, LONG.subject), flags=re.DOTALL)
    assert not re.search(r'[^-]width[:=]"?\d{3,}px', page)
    assert "word-break:break-word" in page

"""How the weekly page looks in a mailbox: tables of 600 pixels that become one column on a telephone.

It is laid out from the sheet as it is, title after title and line after line, so whatever the sheet
gains is in the mail too.  Mail programs know little of CSS; what is used here is on a list in the
tests, with what each program makes of it.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import mrml
from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts import service_words
from alerts.clean import clean
from alerts.enclosure import Picture
from alerts.tongue import Tongue
from service.report.page_words import Sheet
from service.report.section import Section
from service.report.walk_words import NO_BREAK

LINE_CHARACTERS_MAX = 1_000
PREVIEW_CHARACTERS_MAX = 140
# So many weeks of a table fit on a telephone; the page on the board has them all.
WEEKS_SHOWN = 5


class Envelope(NamedTuple):
    """State whom a mail is for, where the page stands on the board, and its pictures."""

    receiver: str
    label: str = ""
    address: str = ""
    pictures: tuple[Picture, ...] = ()


def mail_of(sheet: Sheet, tongue: Tongue, envelope: Envelope) -> str:
    """Return the HTML part of a mail; it loads nothing and holds no markup of anybody else."""
    filled = (
        _templates()
        .get_template("mail.mjml")
        .render(
            sheet=sheet,
            before=_parts(sheet.before),
            after=_parts(sheet.after),
            trust=[(sheet.trust_title, sheet.trust)],
            pictures=envelope.pictures,
            charts=sheet.charts,
            weeks_shown=WEEKS_SHOWN,
            label=envelope.label,
            address=envelope.address,
            preview=clean(" ".join(sheet.headline), PREVIEW_CHARACTERS_MAX),
            footer=service_words.footer(tongue, clean(envelope.receiver)),
            language=tongue.tag,
        )
    )
    return str(mrml.to_html(filled).content)


def _parts(sections: Sequence[Section]) -> list[tuple[str, list[str]]]:
    return [
        (section.title, [f"{line.text} {line.marbles}".rstrip() for line in section.lines])
        for section in sections
    ]


def seen(text: str) -> str:
    """Return visible text in which a number stays on the line of its words."""
    return NO_BREAK.join(clean(part, LINE_CHARACTERS_MAX) for part in text.split(NO_BREAK))


@cache
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("service.weekly"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["seen"] = seen
    return found

"""How a mail looks: a template with escaped data, turned into tables that every client knows.

The template is filled first and compiled to HTML then, so that the compiler sees data as text like
any other.  A mail has one button, for the one thing that is wanted: an answer where the reader may
give one, else the first link.  Everything else is a plain link, and the text part holds them all.
"""

import re
from collections.abc import Sequence

import mrml
from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts import service_words
from alerts.clean import clean, clean_indented
from alerts.notice import Why
from alerts.outbox import OutboxRow
from alerts.signal import Level
from alerts.tongues import tongue_of

LINE_CHARACTERS_MAX = 700
PREVIEW_CHARACTERS_MAX = 140
_COLOURS = {Level.CRITICAL: "#b3261e", Level.WARNING: "#9a5b00", Level.WATCH: "#44546a"}
_CALM = "#1f6f43"
_CALMING = frozenset({Why.RESOLVED, Why.PASSED, Why.IMPROVING})
# One to four words at the beginning, up to a colon; what stands in brackets between is no label.
_LABEL = re.compile(r"((?![a-z])[^\W\d_]+(?: [^\W\d_]+){0,3}(?::|(?= \([^()]*\):)))(.*)", re.DOTALL)
_LABEL_CHARACTERS_MAX = 22
_TEMPLATES = Environment(
    loader=PackageLoader("alerts.channels"), autoescape=True, undefined=StrictUndefined
)

Links = Sequence[tuple[str, str]]


def html(row: OutboxRow, subject: str, answers: Links = ()) -> str:
    """Render the HTML part; it holds no remote image, no script and no markup of anybody else.

    A page was rendered where it was made, so that what is sent is what was stored.
    """
    if row.page is not None and row.page.html:
        return row.page.html
    opening, dash, rest = subject.partition(" - ")
    lines = cleaned(row.lines)
    links = [*answers, *(pair for pair in row.links if _is_link(pair[1]))]
    filled = _TEMPLATES.get_template("mail.mjml").render(
        headline=subject,
        preview=clean(" ".join(lines), PREVIEW_CHARACTERS_MAX),
        opening=opening if dash else "",
        rest=dash + rest if dash else subject,
        colour=_CALM if row.why in _CALMING else _COLOURS[row.level],
        lines=[_labelled(line) for line in lines],
        button=links[0] if links else None,
        links=links[1:],
        footer=service_words.footer(tongue_of(row.locale), clean(row.receiver)),
        language=tongue_of(row.locale).tag,
    )
    return mrml.to_html(filled).content


def text(row: OutboxRow, answers: Links = ()) -> str:
    """Return the text part, with the answers as lines of their own."""
    told = [f"{label}: {address}" for label, address in answers]
    lines = row.text.splitlines()
    if row.page is not None:
        told += [f"{label}: {address}" for label, address in row.links if _is_link(address)]
        shown = [clean_indented(line, LINE_CHARACTERS_MAX) for line in lines]
    else:
        shown = cleaned(lines)
    return "\n".join([*shown, *told]) + "\n"


def cleaned(lines: Sequence[str]) -> list[str]:
    """Return lines of visible text only, each cut to what a mail can carry."""
    return [clean(line, LINE_CHARACTERS_MAX) for line in lines]


def _labelled(line: str) -> tuple[str, str]:
    found = _LABEL.fullmatch(line)
    if found is None or len(found[1]) > _LABEL_CHARACTERS_MAX:
        return "", line
    return found[1], found[2]


def _is_link(address: str) -> bool:
    return address.startswith(("https://", "http://"))

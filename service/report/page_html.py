"""A week's page as one file that loads nothing and needs no script: for a browser, or for paper."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.report.definitions import Definition
from service.report.page_words import Sheet
from service.report.room import Wall


def html_of(
    sheet: Sheet,
    language: str,
    definitions: Sequence[Definition] = (),
    title: str = "",
    pictures: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the page; `language` is the name that pages give to theirs.

    With definitions each line leads to its own, which stand behind the page under their title.
    `pictures` are PNG in base64 by the name of their chart; the tables of charts always stand there.
    """
    template = templates("service.report").get_template("week.html")
    known = {definition.key for definition in definitions}
    shown = {"sheet": sheet, "language": language, "definitions": definitions}
    return template.render(shown, known=known, definitions_title=title, pictures=pictures) + "\n"


def room_of(
    sheet: Sheet, language: str, title: str, walls: Sequence[Wall], pictures: Mapping[str, str]
) -> str:
    """Return the customer room as one file to print: each wall begins a sheet of paper."""
    template = templates("service.report").get_template("room.html")
    shown = {"sheet": sheet, "walls": walls, "pictures": pictures}
    return template.render(shown, language=language, title=title) + "\n"


@cache
def templates(package: str) -> Environment:
    """Return the templates of a package; they escape everything and miss nothing in silence."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

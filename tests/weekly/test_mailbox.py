"""The weekly mail holds only what mail programs know, and what some of them lack costs no word of it.

Two lists.  What stands in the mail is compared with ALLOWED, so that nobody adds what no mail program
shows.  And LOST names what the data of caniemail.com (package 1.0.5, of 9 September 2025)
say that some program lacks, each with what a reader of that program sees instead; with the packages
there it is compared with the data themselves.  axe-core looks at the same mails in Chromium.
"""

import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.live.needs import cache, lacking, program
from tests.weekly.pages import PICTURES, made_in, mails

ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td",
    "p", "h1", "h2", "h3", "h4", "a", "img", "span",
}  # fmt: skip
ALLOWED = {
    "background", "background-color", "border", "border-bottom", "border-collapse", "border-left",
    "border-radius", "border-right", "border-spacing", "border-top", "color", "cursor", "direction",
    "display", "font-family", "font-size", "font-style", "font-weight", "height", "letter-spacing",
    "line-height", "margin", "max-height", "max-width", "min-width", "opacity", "outline",
    "overflow", "padding", "table-layout", "text-align", "text-decoration", "text-transform", "vertical-align",
    "white-space", "width", "word-break", "word-spacing", "-ms-interpolation-mode", "-ms-text-size-adjust",
    "-webkit-text-size-adjust", "mso-line-height-rule", "mso-padding-alt", "mso-table-lspace",
    "mso-table-rspace",
}  # fmt: skip
LOST = {
    "<style> element": "widths stay as they stand in the elements: one column",
    "@media": "the number stays beside its words, or above them; both can be read",
    "Class selector": "as above",
    "ID selector": "the reset of one mail program is not needed in another",
    "Type selector": "as above",
    "Descendant combinator": "as above",
    "Chaining selectors": "as above",
    "<body> element": "its colour is on the first table too",
    "display:none": "the preview is one line of small white text at the top",
    "opacity": "as above; the colour hides it",
    "overflow": "as above; the height hides it",
    "border-radius": "the button has square corners",
    "border-spacing": "pictures stand where they are",
    "table-layout": "columns are as wide as their words, which they are anyway",
    "cursor": "the pointer over the button stays an arrow",
    "outline": "a picture has no outline to begin with",
    "target attribute": "the link opens where that program opens links",
    "aria-label attribute": "the title is read as the heading that follows",
    "role attribute": "a table is read as a table",
    "white-space": "the name of the week may be broken at its hyphen",
    "word-break": "a word longer than the screen is cut",
    "transform": "none is used; the package takes text-transform for it",
    "word-spacing": "it is the usual one, set back for one program",
}
MSO = re.compile(r"<!--\[if mso.*?endif\]-->|<!--\[if !mso\]><!-->|<!--<!\[endif\]-->", re.DOTALL)


class Reader(HTMLParser):
    """Collect elements, properties and addresses of a mail."""

    def __init__(self, html: str) -> None:
        """Read it."""
        super().__init__()
        self.elements: set[str] = set()
        self.properties: set[str] = set()
        self.addresses: list[str] = []
        self._is_style = False
        self.feed(MSO.sub("", html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element."""
        self.elements.add(tag)
        self._is_style = tag == "style"
        for name, value in attrs:
            if name == "style":
                self._read(value or "")
            if name in ("src", "href", "background", "action"):
                self.addresses.append(value or "")

    def handle_data(self, data: str) -> None:
        """Take a style sheet."""
        if self._is_style:
            for block in re.findall(r"{([^{}]*)}", data):
                self._read(block)
        self._is_style = False

    def _read(self, style: str) -> None:
        self.properties |= {part.partition(":")[0].strip() for part in style.split(";")} - {""}


@pytest.mark.parametrize("name", mails())
def test_only_what_mail_programs_know(name: str) -> None:
    """Elements and properties are on the list; nothing is loaded, and there is one link to press."""
    found = Reader(mails()[name])
    assert found.elements <= ELEMENTS
    assert found.properties <= ALLOWED
    pictures = [address for address in found.addresses if address.startswith("cid:")]
    assert len(pictures) == (len(PICTURES) if name == "week-pictures" else 0)
    assert [a for a in found.addresses if a not in pictures] == [
        "https://erosion.example/digests/2026-W38"
    ]


@pytest.mark.parametrize("name", mails())
def test_nothing_is_wider_than_a_telephone(name: str) -> None:
    """Outside of what only Outlook reads no width is fixed beyond the screen."""
    page = MSO.sub("", mails()[name])
    fixed = re.findall(r"[^-]width:\s?\d{3,}px", page)
    # The cell of a picture names its width; the picture in it is as wide as there is room.
    assert len(fixed) == page.count("<img")
    assert len(page.encode()) < 90_000, "Gmail cuts a mail at 102 KB"


@pytest.mark.live
def test_in_a_browser_and_by_the_data_of_mail_programs() -> None:
    """axe-core finds nothing at 600 and 375 pixels, and no program lacks what is not on our list."""
    found = _looked_at(mails())
    assert found["violations"] == []
    assert found["wide"] == []
    lacked = {title for title, _ in found["lacking"]}
    assert lacked == set(LOST)


@pytest.mark.live
@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_page_that_is_kept(locale: str) -> None:
    """axe-core finds nothing against the page that the board shows, either."""
    found = _looked_at({locale: made_in(locale).html})
    assert (found["violations"], found["wide"]) == ([], [])


def _looked_at(pages: dict[str, str]) -> dict[str, Any]:
    modules = cache() / "mailbox-1" / "node_modules"
    node, browser = program("node"), program("chromium")
    if not modules.is_dir():
        lacking("what looks at mails is not there")
    given = {"pages": pages, "modules": str(modules.parent), "browser": browser}
    script = Path(__file__).parents[1] / "live" / "mailbox.mjs"
    done = subprocess.run(
        [node, str(script)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told

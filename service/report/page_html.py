"""A week's page as one file that loads nothing and needs no script: for a browser, or for paper."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.report.page_words import Sheet


def html_of(sheet: Sheet, language: str) -> str:
    """Return the page; `language` is the name that pages give to theirs."""
    template = templates("service.report").get_template("week.html")
    return template.render(sheet=sheet, language=language) + "\n"


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

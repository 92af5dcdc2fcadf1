"""A page made by hand, in every form and language, for tests and for looking at."""

from dataclasses import replace

from alerts.directory import Directory, Reach
from alerts.outbox import OutboxRow
from alerts.tongue import ENGLISH
from alerts.tongues import tongue_of
from service.report.page_html import html_of
from service.report.page_text import data_of, text_of
from service.report.page_words import sheet_of
from service.report.trend_words import charts_of
from service.report.walk import Page
from service.weekly.pictures import pictures_of
from service.weekly.sending import Made, rows_of
from tests.alerts.office import office
from tests.report.lived import NOW, lived_page
from tests.report.told import TREND, told_page

LOCALES = ("en", "es")
ADDRESS = "https://erosion.example/digests/2026-W38"
WAYS = (
    Reach("console", {}),
    Reach("email", {"to": "cco@aurora.example"}),
    Reach("slack", {"webhook": "desks"}),
    Reach("webhook", {"url": "crm"}),
)


PICTURES = pictures_of(charts_of(TREND, ENGLISH))


def directory_of(locale: str = "en") -> Directory:
    """Return a company whose leader is reached in four ways."""
    return replace(office(), tongue=tongue_of(locale), receivers={"cco": WAYS})


def made_in(locale: str = "en", page: Page | None = None) -> Made:
    """Return the page of the made-up week in a language."""
    tongue, page = tongue_of(locale), page or lived_page()
    sheet = sheet_of(page, tongue)
    texts = text_of(sheet), html_of(sheet, tongue.tag)
    return Made(page.week.name, sheet, *texts, data_of(page), "definitions", ADDRESS)


def rows(locale: str = "en", page: Page | None = None) -> dict[str, OutboxRow]:
    """Return the messages of the page by their way."""
    filed = rows_of(made_in(locale, page), "cco", NOW, directory_of(locale))
    return {row.channel: row for row in filed}


def illustrated(locale: str = "en") -> OutboxRow:
    """Return a mail with everything that may stand on a page, and its pictures."""
    page = replace(made_in(locale, told_page()), pictures=PICTURES)
    found = rows_of(page, "cco", NOW, directory_of(locale))
    return next(row for row in found if row.channel == "email")


def shown() -> dict[str, str]:
    """Return the same with the pictures in their places, for a browser, which knows no CID."""
    found = mails()
    for picture in PICTURES:
        there = f'src="data:image/png;base64,{picture.png}"'
        found = {
            name: page.replace(f'src="cid:{picture.cid}"', there) for name, page in found.items()
        }
    return found


def mails() -> dict[str, str]:
    """Return the HTML of each sample mail."""
    found = {f"week-{locale}": rows(locale)["email"] for locale in LOCALES}
    found["week-pictures"] = illustrated()
    return {name: row.page.html for name, row in found.items() if row.page is not None}

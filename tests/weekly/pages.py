"""A page made by hand, in every form and language, for tests and for looking at."""

import base64
import struct
import zlib
from dataclasses import replace

from alerts.directory import Directory, Reach
from alerts.enclosure import Picture
from alerts.outbox import OutboxRow
from alerts.tongues import tongue_of
from service.report.page_html import html_of
from service.report.page_text import data_of, text_of
from service.report.page_words import sheet_of
from service.report.walk import Page
from service.weekly.sending import Made, rows_of
from tests.alerts.office import office
from tests.report.lived import NOW, lived_page

LOCALES = ("en", "es")
ADDRESS = "https://erosion.example/digests/2026-W38"
WAYS = (
    Reach("console", {}),
    Reach("email", {"to": "cco@aurora.example"}),
    Reach("slack", {"webhook": "desks"}),
    Reach("webhook", {"url": "crm"}),
)


def png(width: int = 552, height: int = 80, grey: int = 0xCC) -> str:
    """Return a grey picture in base64."""
    rows = b"".join(b"\0" + bytes([grey]) * width for _ in range(height))

    def chunk(name: bytes, data: bytes) -> bytes:
        told = name + data
        return struct.pack(">I", len(data)) + told + struct.pack(">I", zlib.crc32(told))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + parts).decode()


PICTURES = (
    Picture("people.2026-W38", "164 people asked; 17 were let down", png()),
    Picture("waiting.2026-W38", "3 people wait past the promise", png(grey=0x99)),
)


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
    """Return a mail with pictures in it."""
    page = replace(made_in(locale), pictures=PICTURES)
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

"""From a page to what is kept and sent: the page as it will stand for ever, and a message for each way.

Nothing is sent here.  Page and messages are one transaction, and the page's place, a week and a
receiver, can be taken once: of several desks, or of one that was killed and started again, only one
files messages.  From there on they are carried like every other message.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from alerts.directory import Directory, Reach
from alerts.enclosure import Enclosure, Picture
from alerts.notice import Why, delivery_key
from alerts.outbox import OutboxRow
from alerts.route import plain_reaches
from alerts.signal import Level
from service.engine.plan_data import to_data
from service.report.definitions import definitions_of
from service.report.page_html import html_of
from service.report.page_text import data_of, text_of
from service.report.page_words import Sheet, sheet_of
from service.report.walk import Page
from service.settings import Compiled, Settings
from service.store.digests import Sent
from service.weekly.mail_look import Envelope, mail_of
from service.weekly.pictures import pictures_of
from service.weekly.schedule import Schedule

BOARD = "/digests/"
MACHINES = frozenset({"webhook", "kafka", "jsonl"})
MADE_OF_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class World:
    """Hold the configuration in force, both as written and as compiled."""

    settings: Settings
    compiled: Compiled


@dataclass(frozen=True, slots=True)
class Made:
    """Hold a page in every form in which it is kept or sent; `address` is where the board shows it."""

    week: str
    sheet: Sheet
    text: str
    html: str
    data: dict[str, Any]
    made_of: str
    address: str
    pictures: tuple[Picture, ...] = ()


def schedule_of(settings: Settings) -> Schedule | None:
    """Return when the page is due; None where nobody wants it."""
    digest, zone = settings.configuration.digest, settings.configuration.defaults.timezone
    if digest is None:
        return None
    return Schedule(*digest.when, digest.timezone or zone, zone)


def receivers_of(settings: Settings) -> tuple[str, ...]:
    """Return who gets the page."""
    digest = settings.configuration.digest
    return () if digest is None else digest.to


def made_of(world: World) -> str:
    """Return a short hash of what a page is made of beside the facts: promises, hours, words."""
    configuration = world.settings.configuration
    parts = (
        to_data(world.compiled.plan) | {"number": 0},
        configuration.company,
        configuration.defaults.model_dump(),
        {name: one.model_dump() for name, one in configuration.journeys.items()},
        {name: one.model_dump() for name, one in configuration.touchpoints.items()},
        [one and one.model_dump() for one in (configuration.customers, configuration.feedback)],
        [survey.model_dump() for survey in configuration.surveys],
        *([configuration.note] if configuration.note else []),
    )
    exact = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(exact.encode()).hexdigest()[:MADE_OF_CHARACTERS]


def made(page: Page, world: World, public_url: str = "", function: str = "") -> Made:
    """Return a page in every form; with a function, what concerns it stands behind."""
    tongue = world.compiled.directory.tongue
    sheet = sheet_of(page, tongue, function)
    address = f"{public_url.rstrip('/')}{BOARD}{page.week.name}" if public_url else ""
    behind = definitions_of(page, tongue), tongue.say("What each number counts")
    pictures = pictures_of(sheet.charts)
    drawn = {picture.cid: picture.png for picture in pictures}
    texts = text_of(sheet), html_of(sheet, tongue.tag, *behind, drawn)
    return Made(page.week.name, sheet, *texts, data_of(page), made_of(world), address, pictures)


def sent_of(page: Made, receiver: str, now: int, directory: Directory) -> Sent:
    """Return the page as it is kept."""
    body = {
        "subject": subject(page.sheet),
        "language": directory.tongue.tag,
        "text": page.text,
        "html": page.html,
        "data": page.data,
    }
    return Sent(page.week, receiver, now, page.made_of, body)


def rows_of(page: Made, receiver: str, now: int, directory: Directory) -> list[OutboxRow]:
    """Return the messages to a receiver, one for each way of reaching them."""
    return [
        _row(page, receiver, reach, now, directory) for reach in plain_reaches(receiver, directory)
    ]


def subject(sheet: Sheet) -> str:
    """Return the line by which a page is known in a list."""
    return f"{sheet.company} - {sheet.title}"


def _row(page: Made, receiver: str, reach: Reach, now: int, directory: Directory) -> OutboxRow:
    label = directory.tongue.say("Open the page")
    about = ((f"digest {page.week}", 1),)
    return OutboxRow(
        key=delivery_key(about, receiver, reach.channel, reach.settings, kind=Why.DIGEST),
        alerts=(),
        receiver=receiver,
        channel=reach.channel,
        settings=reach.settings,
        level=Level.WATCH,
        why=Why.DIGEST,
        subject=subject(page.sheet),
        lines=(*([page.sheet.note] if page.sheet.note else []), *page.sheet.headline),
        links=((label, page.address),) if page.address else (),
        text=page.text,
        created_at=now,
        locale=directory.tongue.locale,
        page=_enclosed(page, receiver, reach.channel, label, directory),
    )


def _enclosed(
    page: Made, receiver: str, channel: str, label: str, directory: Directory
) -> Enclosure:
    """Return what a way can show: data for machines, HTML for mailboxes, nothing more elsewhere."""
    if channel in MACHINES:
        return Enclosure(page.week, page.data)
    if channel != "email":
        return Enclosure(page.week)
    envelope = Envelope(receiver, label, page.address, page.pictures)
    html = mail_of(page.sheet, directory.tongue, envelope)
    return Enclosure(page.week, html=html, pictures=page.pictures)

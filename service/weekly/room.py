"""The customer room of a week, from the store: the page's counts on three walls, and the losses."""

from service.report.assets import people_of
from service.report.loss import Loss, losses_of
from service.report.page_html import room_of
from service.report.page_words import sheet_of, title
from service.report.room import walls_of
from service.report.walk import Page
from service.store.reads import Reads
from service.weekly.customers import ledger_from
from service.weekly.pictures import pictures_of
from service.weekly.sending import World


def room_page(page: Page, reads: Reads, world: World) -> str:
    """Return the room as HTML."""
    tongue = world.compiled.directory.tongue
    sheet = sheet_of(page, tongue)
    walls = walls_of(page, sheet, losses_from(page, reads, world), tongue)
    drawn = {picture.cid: picture.png for picture in pictures_of(sheet.charts)}
    name = tongue.say("Customer room. {title}", title=title(page, tongue))
    return room_of(sheet, tongue.tag, name, walls, drawn)


def losses_from(page: Page, reads: Reads, world: World) -> list[Loss]:
    """Return who left in the page's week; nobody where the configuration does not say who leaves."""
    customers = world.settings.configuration.customers
    if customers is None:
        return []
    ledger = ledger_from(reads, customers, page.week.begin, page.week.end - 1)
    _, left = people_of(ledger.steps, page.week)
    late = reads.late(page.week.begin - customers.lived_within, page.week.end)
    return losses_of(left, late, page.titles, customers.lived_within)

"""Stored facts about customers, read by the company's definitions.

Facts are kept as they came and mean what the configuration says today, so that a page can be made
again under other definitions, and says so.
"""

from collections.abc import Iterable, Iterator, Sequence

from service.report.assets import Ledger, assets_of
from service.report.clientele import Agreed, Clientele, clientele_of
from service.report.lives import Deed, Did, Lives, Step, in_order
from service.report.people import CaseRow
from service.report.walk import Page
from service.report.week import last_full_week, weeks_until
from service.settings.block import data_path
from service.settings.customers import Customers
from service.store.reads import Reads
from service.store.told import ToldRow

WEEKS = 12
AMOUNT_MAX = 10**12


def ledger_from(reads: Reads, customers: Customers, since: int, until: int) -> Ledger:
    """Return what the stored facts say of customers in [since, until].

    Everything before is read as well, since it says who was a customer, but a month at a time and
    without keeping it: a page is made beside a service that has other things to do.
    """
    lives, deeds, steps = Lives(customers.lapsed_after), list[Deed](), list[Step]()
    for rows in reads.told_by_month(sorted(set(customers.events().values())), until + 1):
        part = deeds_of(rows, customers)
        steps += (step for step in lives.live(d for d in part if d.customer) if step.time >= since)
        deeds += (deed for deed in part if deed.time >= since)
    steps += (step for step in lives.pass_time(until) if step.time >= since)
    return Ledger(
        deeds,
        in_order(steps),
        customers.moved.tiers if customers.moved else (),
        customers.segments.core_growth if customers.segments else (),
    )


def clientele_from(
    ledger: Ledger,
    customers: Customers,
    late: Iterable[CaseRow],
    page: Page,
    currency: str,
) -> Clientele:
    """Return the customers of a page's week; `late` are the promises broken before and in it."""
    agreed = Agreed(
        customers.definitions.version,
        customers.definitions.owners,
        currency,
        customers.value_is,
        customers.lived_within,
        bool(customers.left or customers.lapsed_after),
    )
    weeks = weeks_until(page.week, WEEKS, page.zone)
    lived = [(row.customer, row.touchpoint, row.broken_at) for row in late if row.customer]
    return clientele_of(agreed, ledger, weeks, lived, page.titles)


def flows_now(reads: Reads, customers: Customers | None, zone: str) -> dict[str, int]:
    """Return the people of the last full week by what they did, for metrics; none without a block."""
    if customers is None:
        return {}
    week = last_full_week(reads.newest(), zone)
    assets = assets_of(ledger_from(reads, customers, week.begin, week.end - 1), week, (), 0)
    counts = ("back", "quiet", "more", "less", "up", "down", "referred")
    found = {name: getattr(assets, name) for name in counts}
    return {"joined": assets.joined.people, "left": assets.left.people, **found}


def deeds_of(rows: Sequence[ToldRow], customers: Customers) -> list[Deed]:
    """Return what each fact says; one type of event may say several things."""
    return [deed for row in rows for deed in _deeds(row, customers)]


def _deeds(row: ToldRow, customers: Customers) -> Iterator[Deed]:
    found = (row.customer, row.time)
    segment = _text(row, customers.segments.field if customers.segments else None)
    joined, left, change, moved = (
        customers.joined,
        customers.left,
        customers.more_or_less,
        customers.moved,
    )
    if row.type == joined.type:
        yield Deed(*found, Did.JOINED, row.id, segment, _value(row, joined.value))
    if left and row.type == left.event:
        reason = _text(row, left.reason)
        yield Deed(*found, Did.LEFT, row.id, segment, _value(row, left.value), reason)
    if change and row.type == change.event:
        yield Deed(*found, Did.MORE_OR_LESS, row.id, segment, _value(row, change.value))
    if moved and row.type == moved.event:
        before, after = _text(row, moved.before), _text(row, moved.after)
        yield Deed(*found, Did.MOVED, row.id, segment, word=after, before=before)
    if row.type == customers.referred:
        yield Deed(*found, Did.REFERRED, row.id, segment)
    if row.type in customers.activity:
        yield Deed(*found, Did.ACTIVE, row.id, segment)


def _text(row: ToldRow, field: str | None) -> str:
    found = row.data.get(data_path(field)) if field else None
    return found.strip() if isinstance(found, str) else ""


def _value(row: ToldRow, field: str | None) -> int:
    """Return an amount in hundredths; what is no number, or none that money has, is worth nothing."""
    found = row.data.get(data_path(field)) if field else None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return 0
    return round(found * 100) if abs(found) <= AMOUNT_MAX else 0

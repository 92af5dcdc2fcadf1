"""What a week of the marketplace's page must say, counted from the tables, or from the sample's lines.

It shares no code with `service`: DuckDB reads, and the rules are those of the data's description.
A week is that of the wall clock of São Paulo.  A hand-over is late when the scan comes after the
latest deadline of the order's items, a delivery when it comes after 00:00 of the day behind the
promised one, an approval after 48 hours; what has not happened is late when that instant lies before
the cut.  An answer is about the day of its order.  People are counted, each once a touchpoint.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb

ZONE = ZoneInfo("America/Sao_Paulo")
CUT = datetime(2018, 3, 1, tzinfo=ZONE).astimezone(UTC)
ORDERS = """
select order_id, customer_unique_id, purchased_at, approved_at, handed_to_carrier_at, delivered_at,
  promised_date::date, coalesce(cents, 0), due
from read_parquet($orders)
left join (select order_id, max(handover_due_at) as due from read_parquet($items) group by 1)
  using (order_id)
left join (select order_id, round(100 * sum(payment_value)) as cents from read_parquet($payments)
  group by 1) using (order_id)
"""
REVIEWS = "select order_id, answered_at, score, comment_chars from read_parquet($reviews)"
LINES = "select type, subject, customer, time, data from read_ndjson($lines, columns = {columns})"
COLUMNS = (
    "{type: 'varchar', subject: 'varchar', customer: 'varchar', time: 'varchar', data: 'json'}"
)
SAMPLE_ORDERS = """
with line as ({lines})
select subject, max(customer),
  max(case when type = 'order.requested' then time end),
  max(case when type = 'order.approved' then time end),
  max(case when type = 'order.handed_over' then time end),
  max(case when type = 'order.delivered' then time end),
  max(data->>'promised_date')::date, round(100 * max((data->>'value')::double)),
  max(data->>'handover_due_at')
from line group by 1
"""
SAMPLE_REVIEWS = """
with line as ({lines})
select subject, time, (data->>'score')::int, (data->>'comment_chars')::int
from line where type = 'survey.answered'
"""


class Order(NamedTuple):
    """Hold one order; times are instants, None is what had not happened."""

    id: str
    customer: str
    asked: datetime
    approved: datetime | None
    handed: datetime | None
    delivered: datetime | None
    promised: Any
    cents: int
    due: datetime | None


class Review(NamedTuple):
    """Hold one answer."""

    order: str
    answered: datetime
    score: int
    chars: int | None


@dataclass
class Counted:
    """Hold the counts of one week; sets are of people."""

    joined: int = 0
    cents: int = 0
    asked: set[str] = field(default_factory=set)
    late: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    about: list[int] = field(default_factory=list)
    came: list[int] = field(default_factory=list)
    comments: int = 0


def from_tables(folder: Path) -> tuple[list[Order], list[Review]]:
    """Return all orders and answers of the tables."""
    names = {n: str(folder / f"{n}.parquet") for n in ("orders", "items", "payments", "reviews")}
    reviews = {"reviews": names.pop("reviews")}
    return _read(ORDERS, names, REVIEWS, reviews)


def from_lines(lines: Path) -> tuple[list[Order], list[Review]]:
    """Return the orders and answers that the lines of a stream tell of."""
    text = LINES.format(columns=COLUMNS)
    place = {"lines": str(lines)}
    return _read(SAMPLE_ORDERS.format(lines=text), place, SAMPLE_REVIEWS.format(lines=text), place)


def weekly(orders: Iterable[Order], reviews: Iterable[Review]) -> dict[str, Counted]:
    """Return the counts of every week."""
    weeks: dict[str, Counted] = defaultdict(Counted)
    known: set[str] = set()
    asked: dict[str, datetime] = {}
    for order in sorted(orders, key=lambda order: (order.asked, order.id)):
        week = weeks[week_of(order.asked)]
        asked[order.id] = order.asked
        week.asked.add(order.customer)
        if order.customer not in known:
            known.add(order.customer)
            week.joined, week.cents = week.joined + 1, week.cents + int(order.cents)
        for touchpoint in _broken(order):
            week.late[touchpoint].add(order.customer)
    for review in reviews:
        weeks[week_of(asked[review.order])].about.append(review.score)
        came = weeks[week_of(review.answered)]
        came.came.append(review.score)
        came.comments += (review.chars or 0) > 0
    return weeks


def week_of(instant: datetime) -> str:
    """Return the ISO week of an instant in São Paulo."""
    return instant.astimezone(ZONE).strftime("%G-W%V")


def _broken(order: Order) -> Iterable[str]:
    next_day = datetime.combine(order.promised + timedelta(days=1), time(), ZONE).astimezone(UTC)
    if _is_late(order.asked + timedelta(hours=48), order.approved):
        yield "approval"
    if _is_late(next_day, order.delivered):
        yield "delivery"
    if order.due and _is_late(order.due, order.handed):
        yield from ("hand-over", "hand-over-to")


def _is_late(due: datetime, done: datetime | None) -> bool:
    return due < (done or CUT)


def _read(
    orders: str, of_orders: dict[str, str], reviews: str, of_reviews: dict[str, str]
) -> tuple[list[Order], list[Review]]:
    with duckdb.connect() as connection:
        rows = connection.execute(orders, of_orders).fetchall()
        answers = connection.execute(reviews, of_reviews).fetchall()
    found = [Order(*map(_instant, row)) for row in rows]
    return found, [Review(row[0], _instant(row[1]), row[2], row[3]) for row in answers]


def _instant(value: Any) -> Any:
    """Return a wall time of São Paulo, or a written time, as an instant; anything else as it is."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=ZONE).astimezone(UTC)
    if isinstance(value, str) and value[10:11] == "T":
        return datetime.fromisoformat(value)
    return value

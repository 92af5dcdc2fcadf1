"""Read the Olist tables: one value per order, one per survey, every time an instant.

The tables hold local wall times of São Paulo.  A wall time that occurs twice is taken as the
first of the two, so every reader gets the same instants.  Reading with pandas was rejected: the
grouping is three lines of SQL, and DuckDB is there for development only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from service.errors import NotFoundError

ZONE = ZoneInfo("America/Sao_Paulo")
_ORDERS = """
with item as (
  select order_id, arg_min(seller_id, item_no) as seller_id, max(handover_due_at) as due
  from read_parquet($items) group by order_id
), payment as (
  select order_id, sum(payment_value) as value from read_parquet($payments) group by order_id
)
select order_id, customer_unique_id, customer_state, purchased_at, approved_at,
  handed_to_carrier_at, delivered_at, cast(promised_date as date), round(value, 2), seller_id, due,
  coalesce(status_as_of_cut = 'canceled', false)
from read_parquet($orders)
left join item using (order_id) left join payment using (order_id)
order by order_id
"""
_SURVEYS = """
select order_id, survey_sent_on, answered_at, score, comment_chars from read_parquet($reviews)
order by order_id, answered_at
"""


@dataclass(frozen=True, slots=True)
class Order:
    """Hold what the tables know of one order; None is what had not happened by the cut."""

    order_id: str
    customer: str
    state: str
    purchased_at: datetime
    approved_at: datetime | None
    handed_over_at: datetime | None
    delivered_at: datetime | None
    promised_date: date
    value: float | None
    seller_id: str | None
    handover_due_at: datetime | None
    canceled: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """Hold one survey: the day it was mailed (its midnight), and the answer."""

    order_id: str
    sent_at: datetime
    answered_at: datetime
    score: int
    comment_chars: int | None


def instant(wall: datetime) -> datetime:
    """Return the instant of a wall time in São Paulo, the first one where it occurs twice."""
    return wall.replace(tzinfo=ZONE, fold=0).astimezone(UTC)


def read_orders(tables: Path) -> list[Order]:
    """Return all orders, sorted by id."""
    return [
        Order(*map(_known, row)) for row in _rows(tables, _ORDERS, ("orders", "items", "payments"))
    ]


def read_surveys(tables: Path) -> list[Survey]:
    """Return all surveys, sorted by order and answer."""
    return [Survey(*map(_known, row)) for row in _rows(tables, _SURVEYS, ("reviews",))]


def _known(value: Any) -> Any:
    """Return the value, wall times as instants."""
    return instant(value) if isinstance(value, datetime) else value


def _rows(tables: Path, query: str, names: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """Run one query over the named tables of the folder."""
    files = {name: str(tables / f"{name}.parquet") for name in names}
    missing = [path for path in files.values() if not Path(path).is_file()]
    if missing:
        raise NotFoundError(f"no file {missing[0]}", "name the folder that holds the Olist tables")
    try:
        import duckdb  # noqa: PLC0415 - a development tool; only this conversion needs it
    except ImportError as error:
        hint = "install it with `uv sync` (group dev) or `pip install duckdb`"
        raise NotFoundError("reading the Olist tables needs DuckDB", hint) from error
    with duckdb.connect() as connection:
        yield from connection.execute(query, files).fetchall()

"""Who joined the marketplace in each week and what they paid, straight from the tables.

A customer (`orders.customer_unique_id`) joins in the ISO week of the first order, by the wall time
of São Paulo in which `orders.purchased_at` stands.  What the customer is worth is the sum of
`payments.payment_value` over that order.  35 customers bought twice in their first second; of
these the order with the smaller `order_id` counts, which comes first in the stream as well.
One order has no payment and is worth nothing.  Nothing of the product is used here.
"""

from pathlib import Path
from typing import NamedTuple

_JOINED = """
with ranked as (
  select order_id, customer_unique_id, purchased_at,
    row_number() over (partition by customer_unique_id order by purchased_at, order_id) as nth
  from read_parquet($orders)
), paid as (
  select order_id, round(100 * sum(payment_value)) as cents
  from read_parquet($payments) group by order_id
)
select strftime(purchased_at, '%G-W%V') as week, count(*), sum(coalesce(cents, 0))
from ranked left join paid using (order_id)
where nth = 1 group by week order by week
"""


class Joined(NamedTuple):
    """Hold how many customers joined in a week and what their first orders paid, in centavos."""

    customers: int
    cents: int


def joined_by_week(tables: Path) -> dict[str, Joined]:
    """Return the newcomers of every week, as 2017-W48."""
    import duckdb  # noqa: PLC0415 - only whoever has the tables needs it

    files = {name: str(tables / f"{name}.parquet") for name in ("orders", "payments")}
    with duckdb.connect() as connection:
        rows = connection.execute(_JOINED, files).fetchall()
    return {week: Joined(customers, int(cents)) for week, customers, cents in rows}

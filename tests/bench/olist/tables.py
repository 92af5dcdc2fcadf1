"""The tables as numbers: one row per order and per survey, times in local days since 1970.

The study weighs orders and answers as the tables ask (36.4 % of the delivered orders are in, and all
others); the engine knows of no weights, and neither does what is read from it.
"""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]

TABLES = Path(os.environ.get("EROSION_SHARED", "../shared")) / "data" / "olist"
AREAS = {
    **{state: state for state in ("SP", "RJ", "MG", "PR", "RS", "SC", "ES")},
    **dict.fromkeys(("AL", "BA", "CE", "MA", "PB", "PE", "PI", "RN", "SE"), "Northeast"),
    **dict.fromkeys(("DF", "GO", "MS", "MT"), "Centre-West"),
    **dict.fromkeys(("AC", "AM", "AP", "PA", "RO", "RR", "TO"), "North"),
}
_WIDER = {"PR": "South", "RS": "South", "SC": "South"} | dict.fromkeys(
    ("ES", "Centre-West", "North"), "Other"
)
REGIONS = {state: _WIDER.get(area, area) for state, area in AREAS.items()}
PLACES = {"region": REGIONS, "state or area": AREAS}

_ORDERS = """
with item as (
  select order_id, max(handover_due_at) as due from read_parquet($items) group by order_id
)
select customer_state, weight, purchased_at, handed_to_carrier_at, delivered_at,
  cast(promised_date as timestamp) + interval 1 day, due,
  coalesce(status_as_of_cut = 'canceled', false)
from read_parquet($orders) left join item using (order_id) order by order_id
"""
_SURVEYS = """
select customer_state, weight, answered_at, score from read_parquet($reviews) as review
join read_parquet($orders) as bought using (order_id) order by order_id, answered_at
"""


class Orders(NamedTuple):
    """Hold the orders; what had not happened by the cut is not a number."""

    state: Names
    weight: Floats
    asked: Floats
    handed_over: Floats
    delivered: Floats
    promised: Floats
    due: Floats
    canceled: Flags


class Surveys(NamedTuple):
    """Hold the answers."""

    state: Names
    weight: Floats
    answered: Floats
    score: Floats


def day(text: str) -> int:
    """Return a date as the number of days since 1970."""
    return int(np.datetime64(text, "D").astype(np.int64))


START, SPLIT, CUT = day("2017-04-03"), day("2017-10-02"), day("2018-03-01")


def read(tables: Path) -> tuple[Orders, Surveys]:
    """Read both from the folder of the tables."""
    state, weight, asked, handed, came, promised, due, canceled = _columns(
        tables, _ORDERS, ("orders", "items")
    )
    times = (_days(asked), _days(handed), _days(came), _days(promised), _days(due))
    orders = Orders(state.astype(str), weight.astype(float), *times, canceled.astype(bool))
    state, weight, answered, score = _columns(tables, _SURVEYS, ("orders", "reviews"))
    return orders, Surveys(
        state.astype(str), weight.astype(float), _days(answered), score.astype(float)
    )


def _columns(tables: Path, query: str, names: tuple[str, ...]) -> list[npt.NDArray[np.generic]]:
    import duckdb  # noqa: PLC0415 - a development tool; a skipped test must not need it

    files = {name: str(tables / f"{name}.parquet") for name in names}
    with duckdb.connect() as connection:
        found = connection.execute(query, files).fetchnumpy()
    return [np.ma.filled(c, np.datetime64("NaT")) if np.ma.isMA(c) else c for c in found.values()]


def _days(times: npt.NDArray[np.generic]) -> Floats:
    seconds = times.astype("datetime64[s]")
    found: Floats = seconds.astype(np.int64) / 86_400
    found[np.isnat(seconds)] = np.nan
    return found

"""A dashboard as plain values: rows of panels, each with what it asks and what to do about it.

No panel judges people by red, amber or green; numbers at the top are whole.
"""

from dataclasses import dataclass
from typing import Literal

# The variable that holds the service's own address, and the ways to its pages and to a unit.
SERVICE = "service"
_PAGES = f"${{{SERVICE}:raw}}"
CALL_LIST = ("Call these first", f"{_PAGES}/waiting")
OPEN_ALERTS = ("Open alerts", f"{_PAGES}/alerts")
WEEKLY_PAGES = ("The weekly pages", f"{_PAGES}/digests")
ALERTS_OF = ("Its open alerts", f"{OPEN_ALERTS[1]}?touchpoint=${{__field.labels.touchpoint}}")
CALL_HERE = ("Call these first", f"{CALL_LIST[1]}?unit=${{unit:percentencode}}")
ALERTS_HERE = ("Open alerts here", f"{OPEN_ALERTS[1]}?unit=${{unit:percentencode}}")
UNIT = (
    "What people live there",
    "/d/erosion-unit?${datasource:queryparam}&var-unit=${__field.labels.unit}&${__url_time_range}",
)


@dataclass(frozen=True, slots=True)
class Panel:
    """Hold one panel: its title, what to do about what it shows, what it asks, in which unit.

    `asks` are (PromQL, legend).  `width` is of 24 columns; without `decimals`
    the axis chooses them, as lengths of time need.  `to` is where a click on a line or a
    number leads: a title and an address.
    """

    title: str
    says: str
    asks: tuple[tuple[str, str], ...]
    unit: str = "short"
    kind: Literal["stat", "timeseries"] = "timeseries"
    width: int = 12
    height: int = 7
    decimals: int | None = 0
    to: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one row of panels."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """Hold one choice of the reader: its name, its label, the query that lists its values."""

    name: str
    label: str
    query: str
    is_many: bool = True


@dataclass(frozen=True, slots=True)
class Board:
    """Hold one dashboard."""

    uid: str
    title: str
    says: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    start: str = "now-7d"

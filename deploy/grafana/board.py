"""A dashboard as plain values: rows of panels, each with what it asks and what to do about it.

No panel judges people by red, amber or green; numbers at the top are whole.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Panel:
    """Hold one panel: its title, what to do about what it shows, what it asks, in which unit.

    `asks` are (PromQL, legend).  `width` is of 24 columns.
    """

    title: str
    says: str
    asks: tuple[tuple[str, str], ...]
    unit: str = "short"
    kind: Literal["stat", "timeseries"] = "timeseries"
    width: int = 12
    height: int = 7
    decimals: int = 0


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

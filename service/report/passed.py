"""One row of the outcome table, as far as a report on a promise needs it."""

from typing import NamedTuple


class Passed(NamedTuple):
    """State how one case stands against its promise."""

    unit: str
    started: int
    due: int | None
    ended: int | None
    outcome: str

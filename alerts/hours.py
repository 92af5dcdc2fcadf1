"""Lengths of time that may count opening hours only, and who answers for the hours.

The desk measures nothing, so it borrows a calendar: whoever builds the directory hands in anything
that adds open time and knows whether a place is open.  An arithmetic of its own was rejected; there
would be two, and they would disagree on the night of the clock change.
"""

from dataclasses import dataclass
from typing import Protocol


class Hours(Protocol):
    """Answer for one place's opening hours; instants are UTC milliseconds."""

    def add(self, start: int, amount: int) -> int:
        """Return the earliest instant by which `amount` milliseconds of open time have passed."""
        ...

    def between(self, start: int, end: int) -> int:
        """Return the open milliseconds from one instant to another."""
        ...

    def is_open(self, at: int) -> bool:
        """Tell whether the place is open."""
        ...


class Always:
    """Be open at any time."""

    def add(self, start: int, amount: int) -> int:
        """Return the instant after that time."""
        return start + amount

    def between(self, start: int, end: int) -> int:
        """Return all the time between."""
        return max(end - start, 0)

    def is_open(self, at: int) -> bool:
        """Be open."""
        return True


ALWAYS = Always()


@dataclass(frozen=True, slots=True)
class Delay:
    """State a length of time, in opening hours or on the wall clock."""

    amount_ms: int
    is_open: bool = False

    def after(self, start: int, hours: Hours) -> int:
        """Return the instant at which it has passed."""
        return hours.add(start, self.amount_ms) if self.is_open else start + self.amount_ms


def opening(hours: Hours, at: int) -> int:
    """Return the instant itself where it is open then, else the next opening."""
    return at if hours.is_open(at) else hours.add(at, 1) - 1

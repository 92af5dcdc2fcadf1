"""What an engine tells the desk: one transition of one finding.

This is the only file that the engine borrows from the desk, so it is the word both sides share.
The alternative, two look-alike types and a translator between them, is more code and no more
freedom.  A signal counts people in whole numbers; shares and money are never its headline.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Transition(StrEnum):
    """Say what happened to a finding, in the order in which a life can go."""

    OPENED = "opened"
    WORSE = "worse"
    IMPROVING = "improving"
    RELAPSED = "relapsed"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class Level(StrEnum):
    """Say how loud a finding is; a watch notifies nobody."""

    WATCH = "watch"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0, 1 or 2, so that levels compare."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Signal:
    """Carry one judged finding across the wall.

    `id` stays the same through a finding's life, `number` counts its transitions from 1.
    `instant` is event time in UTC milliseconds.  `cases` and `customers` are how many are let
    down or waiting past the promise at that instant.  `scope` is the id of the unit or region,
    empty for the whole company (`per` says which).  `evidence` is ready for JSON.
    """

    id: str
    number: int
    transition: Transition
    level: Level
    touchpoint: str
    rule: str
    kind: str
    per: str
    scope: str
    instant: int
    cases: int
    customers: int
    reason: str
    evidence: Mapping[str, object]

    @property
    def closes(self) -> bool:
        """Tell whether this transition ends the finding."""
        return self.transition in (Transition.RESOLVED, Transition.WITHDRAWN)

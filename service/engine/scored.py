"""What a stream is told of a case, and what it says to that: two frozen values.

`Scored` is the seam between the two halves of the engine (01, section 2): everything before it
is about one case, everything after it about a rule in a place.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from alerts.signal import Level, Transition
from service.engine.case import Case


class What(IntEnum):
    """Say what happened to a case; at one instant a score comes before a mark, that before a look."""

    END = 0
    SCORE = 1
    MARK = 2
    LOOK = 3


class Scored(NamedTuple):
    """State one thing that a stream counts.

    The first six fields are its place in the order of the timeline (01, section 5).  `late` says
    how a score turned out, and whether a look still found nobody answering; a mark or look is
    named by `checkpoint`, its percentage of the promise.
    """

    instant: int
    rank: int
    started: int
    name: str
    checkpoint: int
    what: What
    late: bool
    case: Case

    @property
    def key(self) -> tuple[int, int, int, str, int, int]:
        """Return the place in the order."""
        return self[:6]


class Step(NamedTuple):
    """State one transition of a finding, before anybody has numbered it."""

    transition: Transition
    level: Level
    instant: int
    reason: str
    cases: int
    customers: int
    evidence: Mapping[str, object]

    @property
    def closes(self) -> bool:
        """Tell whether this step ends a finding."""
        return self.transition in (Transition.RESOLVED, Transition.WITHDRAWN)

"""What a finding's signals alone say of its life, and whether one makes another superfluous.

A second opinion on the desk's inhibition that shares no code with it: it looks at whole lives after
the fact, not at one instant.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alerts.signal import Level, Signal, Transition
from alerts.sitting import HISTORIC_MS

SILENT = "source silent"


@dataclass(slots=True)
class Life:
    """Hold one finding from its opening to its end; stamps are those of its frames."""

    id: str
    touchpoint: str
    rule: str
    scope: str
    opened_at: int
    level: Level
    is_loud: bool
    closed_at: int | None = None
    closing: int = 0
    last: int = 0
    is_withdrawn: bool = False
    customers: int = 0

    @property
    def name(self) -> str:
        """Name it for people."""
        return f"{self.rule} {self.scope}"

    def covers(self, other: "Life") -> bool:
        """Tell whether this one could keep another from being told."""
        if self is other or not self.is_loud:
            return False
        if self.opened_at > (other.closed_at or 2**62) or other.opened_at > (
            self.closed_at or 2**62
        ):
            return False
        same_place = (self.touchpoint, self.scope) == (other.touchpoint, other.scope)
        return self.rule == SILENT or (same_place and self.level.rank > other.level.rank)


def lives_of(signals: Iterable[tuple[int, Signal]]) -> Iterator[Life]:
    """Yield the life of every finding; a stamp comes with each signal."""
    lives: dict[str, Life] = {}
    for stamp, signal in signals:
        life = lives.get(signal.id)
        if life is None:
            loud = signal.level is not Level.WATCH and signal.instant >= stamp - HISTORIC_MS
            where = (signal.id, signal.touchpoint, signal.rule, signal.scope)
            life = lives[signal.id] = Life(*where, stamp, signal.level, loud)
        life.level = max(life.level, signal.level, key=lambda level: level.rank)
        life.last = signal.number
        life.customers = max(life.customers, signal.customers)
        if signal.closes and life.closed_at is None:
            life.closed_at, life.closing = stamp, signal.number
        life.is_withdrawn = signal.transition is Transition.WITHDRAWN
    yield from lives.values()

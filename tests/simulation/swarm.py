"""What one seed does to the service: a random subset of all faults, each at a rate of its own.

Every seed turning everything on was rejected: faults hide each other, and a run in which the disk
is always full never gets to the crash that matters.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

FACTS = ("doubles", "disorder", "too late", "future", "replay", "sinks")
SOFT = (*FACTS, "crash", "late", "store error", "disk full", "pause", "upgrade")
ALL = (*SOFT, "clock", "reload", "dead feed")


@dataclass(slots=True)
class Figures:
    """Count what happened in one run, or in many."""

    seeds: int = 0
    days: int = 0
    events: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    restores: Counter[str] = field(default_factory=Counter)
    alerts: int = 0
    messages: int = 0
    deliveries: int = 0
    repeated: int = 0
    dead: int = 0

    def add(self, other: "Figures") -> None:
        """Add the figures of another run."""
        for name in self.__slots__:
            mine = getattr(self, name)
            mine += getattr(other, name)
            setattr(self, name, mine)


@dataclass(frozen=True, slots=True)
class Swarm:
    """Hold the faults that are on, and the rates that were drawn for them."""

    on: frozenset[str]
    crash_rate: float
    sink_rate: float
    late_share: float
    double_share: float
    gather_ms: int
    tick_ms: int
    heartbeat: bool

    @property
    def mode(self) -> str:
        """Say what this run may be compared with.

        `exact`: equal results, signals and all.  `corrected`: equal outcomes, readings and
        streams, findings that meet.  `alone`: with itself only, since the clock, a plan or a
        silence is part of what happened.
        """
        if self.on <= set(FACTS):
            return "exact"
        return "corrected" if self.on <= set(SOFT) else "alone"


def swarm_of(seed: int) -> Swarm:
    """Draw the faults of a seed: every fourth run is exact, every fourth is corrected."""
    draw = Random(f"swarm/{seed}")
    kinds = {0: FACTS, 1: SOFT}.get(seed % 4, ALL)
    on = {kind for kind in kinds if draw.random() < 0.6}
    return Swarm(
        on=frozenset(on),
        crash_rate=1 / draw.choice((300, 1000, 3000)) if "crash" in on else 0.0,
        sink_rate=draw.uniform(0.05, 0.6) if "sinks" in on else 0.0,
        late_share=draw.choice((0.01, 0.05, 0.2)) if "late" in on else 0.0,
        double_share=draw.choice((0.02, 0.1, 0.5)) if "doubles" in on else 0.0,
        gather_ms=draw.choice((20, 1000, 5000)),
        tick_ms=draw.choice((10, 30, 120)) * 60_000,
        heartbeat=draw.random() < 0.5,
    )

"""The last rows of cases whose touchpoint or unit is gone from the configuration.

Nobody will ever judge them, so whoever still waited is `unknown` and leaves the call-back list.
Leaving them open was rejected: they would be counted as waiting for ever.
"""

from dataclasses import dataclass, field

from service.engine.case import Case
from service.engine.counts import Counts
from service.engine.timeline import Timeline
from service.engine.track import Track
from service.engine.values import Cleared, Outcome, Reading


@dataclass(slots=True)
class Farewell:
    """Collect rows, readings and list entries that end with a plan."""

    outcomes: list[Outcome] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    cleared: list[Cleared] = field(default_factory=list)

    def end(self, cases: list[Case], track: Track, line: Timeline) -> None:
        """End the cases that nobody has judged; the others are simply let go."""
        counts = Counts()
        for case in cases:
            if case.listed:
                case.listed = False
                self.cleared.append(Cleared(track.plan.id, case.id, line.watermark))
            if case.standing == "open":
                case.scored = "unknown"
                counts.touch(case)
            track.forget(case)
        names = {case.track: track.plan.id for case in cases}
        self.outcomes += counts.take_outcomes(names, line.watermark)
        self.readings += counts.take_readings(line.watermark, all_of_them=True)

    def joined(self, other: "Farewell") -> "Farewell":
        """Return both as one."""
        return Farewell(
            self.outcomes + other.outcomes,
            self.readings + other.readings,
            self.cleared + other.cleared,
        )

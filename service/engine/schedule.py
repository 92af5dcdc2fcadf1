"""From when which baseline counts for one stream; all of its states share it."""

from dataclasses import dataclass, field

from service.engine.baseline import Baseline

NEVER = -(2**62)


@dataclass(slots=True)
class Schedule:
    """Hold baselines, each with the instant from which it is in force."""

    rows: list[tuple[int, Baseline]] = field(default_factory=list)

    @property
    def last(self) -> int:
        """Return from when the latest is in force."""
        return self.rows[-1][0] if self.rows else NEVER

    def put(self, since: int, baseline: Baseline) -> None:
        """Take in the next one; two are kept for states of before."""
        self.rows = [*self.rows[-2:], (since, baseline)]

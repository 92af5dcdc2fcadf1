"""What keeps a case from being judged as it looks: gaps in what was heard, and exclusions.

A gap makes an absence unknown; an exclusion leaves a case out of every rule and off the call-back
list, while its row keeps what the customer lived through (02, "silence / exclusion").
"""

from dataclasses import dataclass, field

from service.engine.case import Case
from service.engine.gaps import Gap
from service.engine.plan import Exclusion
from service.engine.zone import day_number


class LeftOut:
    """Find the exclusion that a case falls under, by the local day on which it started."""

    def __init__(self, plan: Exclusion) -> None:
        """Take what people wrote; an empty list of units or regions limits nothing."""
        self.plan = plan
        self._days = range(day_number(plan.first_day), day_number(plan.last_day) + 1)

    def covers(self, case: Case) -> bool:
        """Tell whether a case is left out."""
        place = case.place
        return (
            place.zone.day(case.started) in self._days
            and (not self.plan.units or place.id in self.plan.units)
            and (not self.plan.regions or place.region in self.plan.regions)
        )


@dataclass(slots=True)
class Circumstances:
    """Hold the gaps and exclusions of one touchpoint; almost always both are empty."""

    gaps: list[Gap] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def leave_out(self, case: Case) -> bool:
        """Tell whether no rule may count a case."""
        return any(exclusion.covers(case) for exclusion in self.left_out)

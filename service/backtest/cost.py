"""What a setting costs the people who get its messages, week by week."""

from typing import NamedTuple

from service.backtest.burden import weekly
from service.backtest.trial import Trial
from service.backtest.world import WEEK_MS
from service.report.scorecard import Share


class Cost(NamedTuple):
    """Hold the price of one setting; `receivers` has messages a week, the busiest first."""

    name: str
    messages: int
    per_1000_units: float | None
    receivers: dict[str, float]
    watches: int
    loud: Share

    @property
    def busiest(self) -> float:
        """Return the messages a week of the receiver who gets most."""
        return max(self.receivers.values(), default=0.0)


def cost_of(name: str, trial: Trial) -> Cost:
    """Return what a run cost; `loud` are the calendar weeks with any message."""
    weeks = max((trial.end - trial.begin) / WEEK_MS, 1.0)
    by_week = weekly(trial.messages, trial.plan.zone)
    sums = {receiver: sum(mine.values()) / weeks for receiver, mine in by_week.items()}
    units = len({row.unit for row in trial.outcomes.values()})
    each = len(trial.messages) / weeks / units * 1000 if units else None
    loud = len({week for mine in by_week.values() for week in mine})
    return Cost(
        name=name,
        messages=len(trial.messages),
        per_1000_units=each,
        receivers=dict(sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))),
        watches=sum(episode.loud is None for episode in trial.episodes),
        loud=Share(loud, max(round(weeks), loud)),
    )


def chosen(costs: list[Cost], messages: float) -> Cost:
    """Return the setting to propose; the first of the costs is of what is in force.

    That stays where nobody gets more than so many messages a week, else the nearest that keeps to
    it is the one which says most; where none does, the quietest.
    """
    now = costs[0]
    if now.busiest <= messages:
        return now
    fitting = [cost for cost in costs if cost.busiest <= messages]
    if fitting:
        return max(fitting, key=lambda cost: cost.busiest)
    return min(costs, key=lambda cost: cost.busiest)

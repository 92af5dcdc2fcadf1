"""One customer of the made-up company: who it is, and what it does while it stays.

Between two deeds of a customer lie more than seven days, so that within a week the number of
deeds is the number of people.  What people do falls on the day, from eight to eight.
"""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from service.simulator.dealers import Dealer
from service.simulator.leaving import Leaving
from service.simulator.message import usual_message
from service.simulator.planting import DAY_S
from service.simulator.story import HOUR_S, Fact

SEGMENTS = {"families": 50, "first-car": 30, "business": 20}
YEARLY = {"families": (6, 16), "first-car": (4, 10), "business": (12, 30)}
TIERS = {"bronze": 60, "silver": 30, "gold": 10}
DEEDS = {"more": 9, "less": 8, "tier": 4, "friend": 3, "message": 6}
MEAN_GAP_S = 240 * DAY_S
PAUSE_S = 8 * DAY_S
UP = 0.45
LEAST_YEARLY = 100


@dataclass(slots=True)
class Member:
    """Collect the facts of one person: a customer, or somebody who has only asked and written."""

    customer: str
    dealer: Dealer
    segment: str
    yearly: int = 0
    tier: str = "bronze"
    let_down: bool = False
    leaving: Leaving | None = None
    facts: list[Fact] = field(default_factory=list)

    def say(
        self, kind: str, time: int, data: dict[str, Any], source: str = "customer-base"
    ) -> None:
        """Append a fact; the case stands where the customer names it."""
        name, case = f"{self.customer}/{len(self.facts) + 1}", data.pop("case", None)
        self.facts.append(Fact(source, name, kind, time, case, data))

    def join(self, time: int) -> None:
        """Become a customer without ever having asked for a drive."""
        self.say("customer.acquired", time, {"yearly": self.yearly, "segment": self.segment})

    def stay(self, since: int, leaving: Leaving, end: int, draw: Random) -> None:
        """Be a customer from an instant on, and leave if that comes before the end of the run."""
        self.leaving, leaves = leaving, daytime(leaving.time, self.dealer.zone)
        self.tier = draw.choices(list(TIERS), list(TIERS.values()))[0]
        time = since + draw.expovariate(1 / MEAN_GAP_S)
        while (told := max(since + 1, daytime(int(time), self.dealer.zone))) < min(leaves, end):
            self._do(draw.choices(list(DEEDS), list(DEEDS.values()))[0], told, draw)
            time += PAUSE_S + draw.expovariate(1 / MEAN_GAP_S)
        if since < leaves < end:
            reason = {"reason": leaving.reason} if leaving.reason else {}
            worth = {"yearly": self.yearly, "segment": self.segment}
            self.say("customer.lost", leaves, reason | worth)

    def has_left(self, end: int) -> bool:
        """Tell whether the customer left before an instant."""
        return any(fact.type == "customer.lost" and fact.time < end for fact in self.facts)

    def _do(self, deed: str, time: int, draw: Random) -> None:
        """Do one of the things that customers do."""
        if deed == "message":
            self.say("feedback.received", time, usual_message(draw), "voice")
        elif deed == "friend":
            self.say("customer.referred", time, {})
        elif deed == "tier":
            self._move(time, draw)
        else:
            self._change(time, draw.randint(5, 40) * (10 if deed == "more" else -10))

    def _change(self, time: int, delta: int) -> None:
        """Buy more or less from now on; a customer who cuts back still buys something."""
        room = LEAST_YEARLY - self.yearly
        delta = max(delta, room) if room else abs(delta)
        self.yearly += delta
        data = {"delta": delta, "segment": self.segment}
        self.say("customer.engagement_changed", time, data)

    def _move(self, time: int, draw: Random) -> None:
        """Climb or fall by one tier; at either end there is only one way."""
        names, before = list(TIERS), list(TIERS).index(self.tier)
        up = before == 0 or (before < len(names) - 1 and draw.random() < UP)
        old, self.tier = self.tier, names[before + (1 if up else -1)]
        self.say("customer.tier_changed", time, {"old": old, "new": self.tier})


def person(customer: str, dealer: Dealer, draw: Random) -> Member:
    """Return somebody with the segment and the yearly worth that chance gives."""
    segment = draw.choices(list(SEGMENTS), list(SEGMENTS.values()))[0]
    return Member(customer, dealer, segment, draw.randint(*YEARLY[segment]) * 100)


def daytime(instant: int, zone: ZoneInfo) -> int:
    """Return an instant of the same local day between eight and eight; earlier stays earlier."""
    local = datetime.fromtimestamp(instant, zone)
    second = local.hour * HOUR_S + local.minute * 60 + local.second
    return instant - second + 8 * HOUR_S + second // 2

"""Everything that happens after one request, told once and in full.

Each step draws from the same stream of chance in a fixed order and appends facts; whoever
delivers them decides about delay, disorder and doubles.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from service.simulator.dealers import Dealer
from service.simulator.hours import Hours
from service.simulator.planting import DAY_S, Trouble
from service.simulator.staff import answered_at

HOUR_S = 3600
SUNDAY = 6
PROMISED_S = 3600
MODELS = ("aurora-one", "aurora-two", "aurora-tour", "aurora-city")
CHANCE = {
    "wanted later": 0.3,
    "automatic reply": 0.6,
    "deferred": 0.04,
    "by telephone only": 0.12,
    "short call": 0.3,
    "called as well": 0.05,
    "told": 0.25,
    "drives in time": 0.86,
    "drives late": 0.7,
    "steps back": 0.75,
}
SURVEY_ANSWERED = 0.07
BUYS = {(True, True): 0.3, (True, False): 0.18, (False, True): 0.03, (False, False): 0.01}
NEAR_OF_60 = 55
PATIENCE_S = 240 * HOUR_S


@dataclass(frozen=True, slots=True)
class Fact:
    """Hold one thing that happened; `case` is None where the reporting system knows of none."""

    source: str
    id: str
    type: str
    time: int
    case: str | None
    data: dict[str, Any]


@dataclass(slots=True)
class Story:
    """Collect the facts of one request."""

    case: str
    customer: str
    dealer: Dealer
    hours: Hours
    trouble: Trouble | None
    draw: Random
    asked: int
    survey_answered: float = SURVEY_ANSWERED
    via: str = "web"
    answered: int | None = None
    in_time: bool = False
    let_down: int | None = None
    driven: int | None = None
    bought: int | None = None
    facts: list[Fact] = field(default_factory=list)

    def tell(self) -> None:
        """Let the request take its course."""
        self.via = self.draw.choices(("web", "phone", "showroom"), (70, 15, 15))[0]
        wanted = self._ask()
        clock = self._defer()
        self.answered = answered_at(clock, self.hours, self.trouble, self.draw)
        patience = self.asked + int(HOUR_S + self.draw.expovariate(1 / PATIENCE_S))
        if self.answered is None or patience < self.answered:
            self.answered = None
            self._say("testdrive.withdrawn", patience)
        else:
            open_s = self.hours.before(self.answered) - self.hours.before(clock)
            self.in_time = open_s <= PROMISED_S
            self._answer(self.answered)
            self._drive(self.answered, wanted)
        due = self.hours.later(clock, PROMISED_S)
        if not self.in_time and due < (self.answered or patience):
            self.let_down = due
        self._survey()
        self._buy()

    def _chance(self, name: str) -> bool:
        """Draw one of the named chances."""
        return self.draw.random() < CHANCE[name]

    def _say(self, kind: str, time: int, source: str = "crm", **data: Any) -> None:
        """Append a fact; the telephone system knows customers and dealers, not cases."""
        case = None if source == "telephony" else self.case
        name = f"{self.case}/{len(self.facts) + 1}"
        self.facts.append(Fact(source, name, kind, time, case, data))

    def _ask(self) -> int | None:
        """Ask for a drive; return the wanted instant where the customer names one."""
        model, far = self.draw.choice(MODELS), self.draw.randint(1, 60)
        near = 1 + far * 29 // NEAR_OF_60
        distance = near if far <= NEAR_OF_60 else far - 25
        data: dict[str, Any] = {"model": model, "distance_km": distance}
        wanted = None
        if self._chance("wanted later"):
            local = datetime.fromtimestamp(self.asked, self.dealer.zone)
            day = local + timedelta(days=self.draw.randint(2, 24))
            day += timedelta(days=day.weekday() == SUNDAY)
            at = day.replace(hour=self.draw.randint(9, 17), minute=30, second=0, fold=0)
            data["wanted_at"] = at.isoformat()
            wanted = int(at.timestamp())
        self._say("testdrive.requested", self.asked, **data)
        if self.via == "web" and self._chance("automatic reply"):
            self._say("testdrive.answered", self.asked + self.draw.randint(5, 90), by="auto")
        return wanted

    def _defer(self) -> int:
        """Put the request off where the customer wishes so; return when its time runs again."""
        if not self._chance("deferred"):
            return self.asked
        until = self.asked + self.draw.randint(6 * HOUR_S, 4 * DAY_S)
        text = datetime.fromtimestamp(until, self.dealer.zone).isoformat()
        self._say("testdrive.deferred", self.asked + self.draw.randint(60, 900), deferred_to=text)
        return until

    def _answer(self, answered: int) -> None:
        """Let a person answer, in writing or by telephone; a short call settles nothing."""
        if not self.in_time and self._chance("told"):
            self._say("customer.notified", (self.asked + answered) // 2)
        if not self._chance("by telephone only"):
            self._say("testdrive.answered", answered, by="person")
            if self._chance("called as well"):
                self._call(answered + self.draw.randint(60, HOUR_S), self.draw.randint(30, 600))
            return
        if self._chance("short call"):
            tried = self.draw.randint(1, 600)
            self._call(max(self.asked + 1, answered - tried), self.draw.randint(4, 29))
        self._call(answered, self.draw.randint(30, 600))

    def _call(self, time: int, seconds: int) -> None:
        """Let the dealer talk to the customer."""
        self._say("call.connected", time, "telephony", seconds=seconds)

    def _drive(self, answered: int, wanted: int | None) -> None:
        """Let the customer drive, step back, or simply not come."""
        if self._chance("drives in time" if self.in_time else "drives late"):
            days = 1 + min(self.draw.expovariate(1.5), 11)
            earliest = max(answered + int(days * DAY_S), (wanted or 0) - DAY_S // 3)
            self.driven = self.hours.later(earliest, self.draw.randint(0, 2 * HOUR_S))
            self._say("testdrive.driven", self.driven)
        elif self._chance("steps back"):
            self._say("testdrive.withdrawn", answered + self.draw.randint(HOUR_S, 3 * DAY_S))

    def _survey(self) -> None:
        """Ask some customers days later how it was; who waited is less pleased."""
        if self.draw.random() >= self.survey_answered:
            return
        lived = self.driven or self.answered or self.asked
        time = lived + self.draw.randint(3 * DAY_S, 14 * DAY_S)
        mean = (8.6 if self.in_time else 5.4) - (0 if self.driven else 1.5)
        score = min(10, max(1, round(self.draw.gauss(mean, 1.4))))
        self._say("survey.answered", time, "voice", score=score)

    def _buy(self) -> None:
        """Sell a car to some; to more of those who were answered in time and drove."""
        if self.draw.random() >= BUYS[self.driven is not None, self.in_time]:
            return
        after = self.draw.randint(2 * DAY_S, 30 * DAY_S)
        self.bought = self.hours.later((self.driven or self.answered or self.asked) + after, 0)
        price = self.draw.randint(220, 610) * 100
        self._say("car.sold", self.bought, "customer-base", price=price)
        yearly = self.draw.randint(6, 16) * 100
        self._say("customer.acquired", self.bought + 60, "customer-base", yearly=yearly)

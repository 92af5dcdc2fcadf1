"""Simulate a network of dealers: the events to a file, what was planted to another.

The same seed gives the same bytes on every machine; there is no clock.  Each dealer draws from a
stream of chance of its own.  One stream for all was rejected: a dealer more would change the
lives of all others.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from service.errors import NotFoundError
from service.simulator.arrival import arrivals, lines
from service.simulator.base import customer_base
from service.simulator.census import census
from service.simulator.customers import Demand, People
from service.simulator.dealers import Dealer, read_dealers
from service.simulator.fleet import fleet_lines
from service.simulator.hours import Hours
from service.simulator.planting import Trouble, plant
from service.simulator.story import SURVEY_ANSWERED, Story

FLEET_DELAY_S = 1.5


def run(
    out: Path,
    truth: Path,
    *,
    seed: int = 1,
    dealers: int = 400,
    weeks: int = 12,
    start: str = "2026-06-01",
    config: Path = Path("config"),
    delay_max_s: int = 55,
    planted: bool = True,
    fleet: bool = True,
    base: bool = True,
    survey_answered: float = SURVEY_ANSWERED,
) -> int:
    """Write the events and the truth of a made-up network; return the number of lines."""
    first = _first_day(start)
    network = read_dealers(config, dealers, seed)
    begin = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
    end = begin + int(timedelta(weeks=weeks).total_seconds())
    draw = Random(f"{seed}/run")
    troubles = plant(network, begin, weeks, draw) if planted else []
    stories = list(_stories(network, troubles, first, weeks, seed, survey_answered))
    members = customer_base(network, stories, begin, end, seed) if base else []
    others = [*arrivals(members, end, delay_max_s, Random(f"{seed}/base/arrival"))]
    others += fleet_lines(network, first, weeks, seed, FLEET_DELAY_S) if fleet else ()
    text = lines(stories, end, delay_max_s, draw, others)
    with out.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in text)
    known = {"seed": seed, "dealers": dealers, "weeks": weeks, "start": start, "lines": len(text)}
    known |= {"episodes": [_planted(trouble) for trouble in troubles]}
    known |= _sums(stories, end) | ({"customers": census(members, stories, end)} if base else {})
    truth.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    return len(text)


def _first_day(start: str) -> date:
    """Return the first day of the run."""
    try:
        return date.fromisoformat(start)
    except ValueError as error:
        raise NotFoundError(f"no day {start!r}", "write the first day as 2026-06-01") from error


def _stories(
    network: list[Dealer],
    troubles: list[Trouble],
    first: date,
    weeks: int,
    seed: int,
    survey_answered: float,
) -> Iterator[Story]:
    """Yield every request of every dealer, with its whole course."""
    begin = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
    by_dealer = {trouble.dealer.id: trouble for trouble in troubles}
    hours: dict[ZoneInfo, Hours] = {}
    demands: dict[ZoneInfo, Demand] = {}
    people, number = People(), 0
    for dealer in network:
        if dealer.zone not in hours:
            hours[dealer.zone] = Hours(dealer.zone, first, weeks * 7)
            demands[dealer.zone] = Demand(dealer.zone, begin, weeks)
        draw, trouble = Random(f"{seed}/{dealer.id}"), by_dealer.get(dealer.id)
        for asked in demands[dealer.zone].instants(dealer.requests_a_week, draw):
            number += 1
            customer = people.customer(dealer.id, draw)
            ruler = hours[dealer.zone]
            place = (dealer, ruler, trouble, draw, asked, survey_answered)
            story = Story(f"TD-{number:06}", customer, *place)
            story.tell()
            yield story


def _planted(trouble: Trouble) -> dict[str, str]:
    """Return a trouble as the truth file names it."""
    return {
        "kind": trouble.kind,
        "unit": trouble.dealer.id,
        "region": trouble.dealer.region,
        "from": _text(trouble.begins),
        "to": _text(trouble.ends),
    }


def _sums(stories: list[Story], end: int) -> dict[str, Any]:
    """Return what became of the requests by the end of the run."""
    sold = [story.bought for story in stories if story.bought and story.bought < end]
    months = Counter(_text(instant)[:7] for instant in sold)
    return {
        "requests": len(stories),
        "answered_in_time": sum(
            story.in_time for story in stories if (story.answered or end) < end
        ),
        "never_answered": sum(story.answered is None for story in stories),
        "driven": sum((story.driven or end) < end for story in stories),
        "cars_sold_by_month": dict(sorted(months.items())),
    }


def _text(instant: int) -> str:
    """Write an instant in UTC."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

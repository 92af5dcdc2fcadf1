"""Who joined, left and stayed, counted again from the bare lines of a stream, person by person.

It shares no code with `service`.  A person of whom the first that is told is to be gone, to buy more
or to move between tiers was a customer before anybody looked.  Who is acquired while a customer
joins nothing, who is lost while none loses nothing; and of steps that cancel out within a week only
the first and the last are told.
"""

import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

JOINS, LEAVES = "customer.acquired", "customer.lost"
STANDING = ("customer.engagement_changed", "customer.tier_changed")
Event = dict[str, Any]


class Recount(NamedTuple):
    """Hold the steps that are told of each week, those that are none, and who is a customer."""

    joined: dict[str, list[Event]]
    left: dict[str, list[Event]]
    repeated: dict[str, list[Event]]
    customers: dict[str, int]


def recount(stream: Path, zone: str) -> Recount:
    """Return the count of every week."""
    by_person: dict[str, list[Event]] = defaultdict(list)
    for event in unique(stream):
        if event["type"] in (JOINS, LEAVES, *STANDING):
            by_person[event["customer"]].append(event)
    found = Recount(defaultdict(list), defaultdict(list), defaultdict(list), {})
    changes: dict[str, int] = defaultdict(int)
    before = 0
    for events in by_person.values():
        events.sort(key=lambda event: datetime.fromisoformat(event["time"]))
        is_customer = events[0]["type"] != JOINS
        before += is_customer
        steps: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            name, joins = iso_week(event["time"], zone), event["type"] == JOINS
            if event["type"] in STANDING:
                continue
            if joins == is_customer:
                found.repeated[name].append(event)
                continue
            is_customer = joins
            changes[name] += 1 if joins else -1
            steps[name].append(event)
        _tell(steps, found)
    for name in sorted(changes):
        before += changes[name]
        found.customers[name] = before
    return found


def unique(stream: Path) -> list[Event]:
    """Return the events of a stream, each once."""
    lines = map(json.loads, stream.read_text("utf-8").splitlines())
    return list({(event["source"], event["id"]): event for event in lines}.values())


def iso_week(time: str, zone: str) -> str:
    """Return the week of a time on the wall clock of a zone."""
    year, number, _ = datetime.fromisoformat(time).astimezone(ZoneInfo(zone)).isocalendar()
    return f"{year}-W{number:02}"


def _tell(steps: dict[str, list[Event]], found: Recount) -> None:
    for week, mine in steps.items():
        told = {event["type"]: event for event in mine}  # of each kind the last one
        for kind in {mine[0]["type"], mine[-1]["type"]}:
            (found.joined if kind == JOINS else found.left)[week].append(told[kind])

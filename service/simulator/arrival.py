"""How facts arrive: a little late, a little out of order, and now and then twice.

A double is the same bytes once more, because a careful sender repeats what it recorded; the time
of recording stands in the event, and the file is in that order.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

from service.simulator.story import Fact, Story

DOUBLED = 0.01
USUAL_DELAY_S = 5.0
LATE = 0.02


def lines(
    stories: Iterable[Story],
    end: int,
    delay_max_s: int,
    draw: Random,
    others: Iterable[tuple[str, str]] = (),
) -> list[str]:
    """Return the lines of all facts before the end, in the order in which they arrive.

    `others` are lines that are made already, with their time of recording.
    """
    arrived = list(others)
    for story in stories:
        for fact in story.facts:
            if fact.time < end:
                recorded = _recorded(fact.time, delay_max_s, draw)
                line = json.dumps(_event(fact, story, recorded), separators=(",", ":"))
                arrived += [(recorded, line)] * (2 if draw.random() < DOUBLED else 1)
    arrived.sort()
    return [line for _, line in arrived]


def _recorded(time: int, delay_max_s: int, draw: Random) -> str:
    """Return when a fact was recorded: mostly at once, some as late as is allowed."""
    late = draw.random() < LATE
    delay = draw.uniform(0, delay_max_s) if late else draw.expovariate(1 / USUAL_DELAY_S)
    stamp = datetime.fromtimestamp(time + min(delay, float(delay_max_s)), UTC)
    return stamp.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(fact: Fact, story: Story, recorded: str) -> dict[str, Any]:
    """Return a fact as it stands on the wire."""
    return dict(_parts(fact, story)) | {"recordedtime": recorded}


def _parts(fact: Fact, story: Story) -> Iterator[tuple[str, Any]]:
    """Yield the attributes that the fact has."""
    yield "specversion", "1.0"
    yield "source", fact.source
    yield "id", fact.id
    yield "type", fact.type
    yield "time", datetime.fromtimestamp(fact.time, story.dealer.zone).isoformat()
    if fact.case is not None:
        yield "subject", fact.case
    yield "unit", story.dealer.id
    yield "customer", story.customer
    if fact.type == "testdrive.requested":
        yield "via", story.via
    if fact.data:
        yield "data", fact.data

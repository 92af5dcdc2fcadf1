"""How facts arrive: a little late, a little out of order, and now and then twice.

A double is the same bytes once more, because a careful sender repeats what it recorded; the time
of recording stands in the event, and the file is in that order.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any, Protocol

from service.simulator.dealers import Dealer
from service.simulator.story import Fact, Story

DOUBLED = 0.01
USUAL_DELAY_S = 5.0
LATE = 0.02


class Teller(Protocol):
    """Whoever facts are about: one request, or one customer."""

    customer: str
    dealer: Dealer
    facts: list[Fact]


def lines(
    stories: Iterable[Teller],
    end: int,
    delay_max_s: int,
    draw: Random,
    others: Iterable[tuple[str, str]] = (),
) -> list[str]:
    """Return the lines of all facts before the end, in the order in which they arrive.

    `others` are lines that are made already, with their time of recording.
    """
    return [line for _, line in sorted([*others, *arrivals(stories, end, delay_max_s, draw)])]


def arrivals(
    tellers: Iterable[Teller], end: int, delay_max_s: int, draw: Random
) -> Iterator[tuple[str, str]]:
    """Yield (recorded, line) of all facts before the end, some of them twice."""
    for teller in tellers:
        for fact in teller.facts:
            if fact.time < end:
                recorded = _recorded(fact.time, delay_max_s, draw)
                line = json.dumps(_event(fact, teller, recorded), separators=(",", ":"))
                yield from [(recorded, line)] * (2 if draw.random() < DOUBLED else 1)


def _recorded(time: int, delay_max_s: int, draw: Random) -> str:
    """Return when a fact was recorded: mostly at once, some as late as is allowed."""
    late = draw.random() < LATE
    delay = draw.uniform(0, delay_max_s) if late else draw.expovariate(1 / USUAL_DELAY_S)
    stamp = datetime.fromtimestamp(time + min(delay, float(delay_max_s)), UTC)
    return stamp.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(fact: Fact, teller: Teller, recorded: str) -> dict[str, Any]:
    """Return a fact as it stands on the wire."""
    return dict(_parts(fact, teller)) | {"recordedtime": recorded}


def _parts(fact: Fact, teller: Teller) -> Iterator[tuple[str, Any]]:
    """Yield the attributes that the fact has."""
    yield "specversion", "1.0"
    yield "source", fact.source
    yield "id", fact.id
    yield "type", fact.type
    yield "time", datetime.fromtimestamp(fact.time, teller.dealer.zone).isoformat()
    if fact.case is not None:
        yield "subject", fact.case
    yield "unit", teller.dealer.id
    yield "customer", teller.customer
    if isinstance(teller, Story) and fact.type == "testdrive.requested":
        yield "via", teller.via
    if fact.data:
        yield "data", fact.data

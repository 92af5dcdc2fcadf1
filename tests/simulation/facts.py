"""How the facts of a world reach the service: late, doubled, in disorder, or from nowhere.

What is added has a key of its own, so that it can be told from what belongs to the world: facts
older than the correction horizon and events from the future, of which the service must take none.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from service.engine.values import Event
from tests.engine.arrivals import stamp_of
from tests.simulation.swarm import Swarm
from tests.simulation.world import DAY, HOUR, MINUTE, World

CORRECT_FOR = 7 * DAY
SPARE = 2 * DAY
ALIENS = 40
ENDS = ("testdrive.answered", "testdrive.withdrawn", "testdrive.driven")
BEAT = "crm.alive"


class Delivery(NamedTuple):
    """State when a sender first tries to deliver an event, and why it does."""

    at: int
    number: int
    kind: str
    event: Event


def deliveries(world: World, swarm: Swarm, draw: Random) -> list[Delivery]:
    """Return everything that is sent, in the order of the first attempt."""
    told = [_told(event, swarm, draw) for event in world.events]
    found = [(stamp_of(event), "late" if is_late else "", event) for event, is_late in told]
    found += list(_added(world, swarm, [event for event, _ in told], draw))
    if "dead feed" in swarm.on and swarm.heartbeat:
        found += list(_beats(world))
    found = [row for row in found if row[0] < world.end - SPARE]
    found.sort(key=lambda row: row[0])
    return [Delivery(at, number, kind, event) for number, (at, kind, event) in enumerate(found)]


def _told(event: Event, swarm: Swarm, draw: Random) -> tuple[Event, bool]:
    """Return an event with the time at which it is told."""
    if draw.random() < swarm.late_share:
        return event._replace(recorded=event.time + draw.randint(MINUTE + 1, 4 * DAY)), True
    if "disorder" in swarm.on:
        return event._replace(recorded=event.time + draw.randint(0, 50_000)), False
    delay = min(stamp_of(event) - event.time, 50_000)
    return event._replace(recorded=event.time + delay), False


def _added(
    world: World, swarm: Swarm, told: Sequence[Event], draw: Random
) -> Iterator[tuple[int, str, Event]]:
    """Yield what is sent besides."""
    yield from _doubles(told, swarm.double_share, draw)
    ends = [event for event in told if event.type in ENDS]
    chosen = draw.sample(ends, min(len(ends), ALIENS))
    if "too late" in swarm.on:
        for event in chosen:
            at = event.time + CORRECT_FOR + draw.randint(HOUR, 20 * HOUR)
            yield at, "too late", _alien(event, event.time, at)
    if "future" in swarm.on:
        for event in chosen:
            at = event.time - draw.randint(20 * MINUTE, 10 * HOUR)
            ahead = draw.choice((event.time, event.time + draw.randint(HOUR, 300 * DAY)))
            if at > world.begin + DAY:
                yield at, "future", _alien(event, ahead, at)
    if "replay" in swarm.on:
        yield from _replayed(told, world.end - SPARE - HOUR - draw.randint(0, 3 * DAY))


def _doubles(told: Sequence[Event], share: float, draw: Random) -> Iterator[tuple[int, str, Event]]:
    for event in told:
        if draw.random() < share:
            near = draw.random() < 0.5
            apart = draw.randint(1000, MINUTE) if near else draw.randint(HOUR, 6 * DAY)
            yield stamp_of(event) + apart, "near double" if near else "far double", event


def _replayed(told: Sequence[Event], at: int) -> Iterator[tuple[int, str, Event]]:
    """Yield once more, in one burst, all that is older than any memory of events."""
    for number, event in enumerate(told):
        if stamp_of(event) < at - CORRECT_FOR - DAY:
            yield at + number, "replay", event


def _alien(event: Event, time: int, recorded: int) -> Event:
    """Return an event that the world does not hold, about a case that it holds."""
    name = f"alien/{event.id}/{time}"
    data = {**event.data, "by": "person"}
    key = (event.key ^ 0x5A5A5A5A5A5A5A5A ^ (time << 1)) & (2**63 - 1)
    return event._replace(key=key, id=name, time=time, recorded=recorded, data=data)


def _beats(world: World) -> Iterator[tuple[int, str, Event]]:
    """Yield the proofs of life of one source."""
    for number, at in enumerate(range(world.begin + HOUR, world.end, HOUR // 2)):
        beat = Event(number, 0, "crm", f"beat-{number}", BEAT, at, at, "", "", "", "", "", {})
        yield at + 200, "", beat

"""A fence under the plan of the example, and what it is given."""

from dataclasses import replace
from pathlib import Path

from service.engine.plan import Plan
from service.engine.sharding import routing
from service.engine.values import Event
from service.log.entry import Cut, Run
from service.log.fence import Fence, Passed
from service.settings import compile_settings, load

TOPIC = "crm.v1"


def with_topic(plan: Plan) -> Plan:
    """Let the first source of a plan come from a topic."""
    name = min(plan.sources)
    sources = {**plan.sources, name: replace(plan.sources[name], topic=TOPIC)}
    return replace(plan, sources=sources)


PLAN = with_topic(compile_settings(load(Path("config"))).plan)
SOURCE = min(PLAN.sources)


def event(partition: int, offset: int) -> Event:
    """Return an event that tells where it stood."""
    return Event(
        partition * 10_000 + offset, 0, SOURCE, "", "x", 0, None, "", "", "", "", "observed", {}
    )


def fence() -> Fence:
    """Return a fence that follows the plan."""
    found = Fence()
    found.adopt(PLAN)
    return found


def cut(first: int, to: int, partition: int = 0, incarnation: str = "a") -> Cut:
    """Return a cut of one run in which every offset is an event."""
    offsets = list(range(first, to))
    run = Run(TOPIC, incarnation, partition, first, to, offsets, [])
    return Cut(routing(PLAN), [run], [event(partition, at) for at in offsets], [])


def keys(passed: Passed) -> list[int]:
    """Return the keys of the events that were let through."""
    return [] if passed.chunk is None else [found.key for found in passed.chunk.events]

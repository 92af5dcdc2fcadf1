"""Cutting a plan into shards: which touchpoints one engine judges, and which events it must see.

A shard is a named set of touchpoints, so every event of a case meets its case.  Distribution by
region, unit or case was rejected: a region's share needs all of its units, and one customer's
touchpoints look at the same events.  An event that two shards listen to goes to both; one that
nobody listens to goes to the first, where it is counted.  A source that several shards hear is told
as silent by the first of them only: one dead feed is one alert.  Likewise the first alone puts out
what reports read.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b

from service.engine.plan import PATTERNS, Plan, Touchpoint


def shard_plan(plan: Plan, shard: str) -> Plan:
    """Return the part of a plan that one shard judges; a plan with one shard stays as it is."""
    if len(plan.shards) == 1:
        return plan
    heard = {name: _hearing(plan, name) for name in plan.sources}
    sources = {
        name: replace(source, is_told=heard[name][0] == shard)
        for name, source in plan.sources.items()
        if shard in heard[name]
    }
    return replace(
        plan,
        sources=sources,
        delivers={name: types for name, types in plan.delivers.items() if name in sources},
        touchpoints={n: t for n, t in plan.touchpoints.items() if t.shard == shard},
        told=tuple(kind for kind in plan.told if _listening(plan, kind)[0] == shard),
        answers=tuple(kind for kind in plan.answers if _listening(plan, kind)[0] == shard),
    )


def on_topics(plan: Plan, door: str) -> Plan:
    """Return a plan as Kafka has it: every source comes from a topic, its own or the doors'.

    One with a topic of its own is heard as far as ticks vouch, from the first entry on.  What comes
    over HTTP holds nothing until a door has stood open.
    """
    sources = {
        name: replace(source, topic=source.topic or door, is_pull=bool(source.topic))
        for name, source in plan.sources.items()
    }
    return replace(plan, sources=sources)


def routes(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Return for each type of event the shards that must see it."""
    beats = {source.heartbeat: name for name, source in plan.sources.items() if source.heartbeat}
    kinds = {kind for types in plan.delivers.values() for kind in types}
    return {
        kind: _hearing(plan, beats[kind]) if kind in beats else _listening(plan, kind)
        for kind in sorted(kinds)
    }


def routing(plan: Plan) -> int:
    """Return a number that changes when another shard must see an event, or other fields of it."""
    seen = [routes(plan), plan.fields, {n: [*s.names, s.topic] for n, s in plan.sources.items()}]
    return int.from_bytes(blake2b(repr(seen).encode(), digest_size=8).digest()) >> 1


def topics(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Return for each topic the shards that must know how far it is read."""
    found: dict[str, set[str]] = {}
    for name, source in plan.sources.items():
        if source.topic:
            found.setdefault(source.topic, set()).update(_hearing(plan, name))
    return {topic: _ordered(plan, shards) for topic, shards in sorted(found.items())}


def _hearing(plan: Plan, source: str) -> tuple[str, ...]:
    """Return the shards that listen to any event of a source."""
    beat = plan.sources[source].heartbeat
    kinds = (kind for kind in plan.delivers.get(source, ()) if kind != beat)
    return _ordered(plan, {shard for kind in kinds for shard in _listening(plan, kind)})


def _listening(plan: Plan, kind: str) -> tuple[str, ...]:
    """Return the shards with a touchpoint that listens to a type of event."""
    return _ordered(plan, {t.shard for t in plan.touchpoints.values() if kind in _kinds(plan, t)})


def _kinds(plan: Plan, touchpoint: Touchpoint) -> set[str]:
    """Return the types of event that a touchpoint listens to, its stocks' readings too."""
    good = touchpoint.good
    events = {pattern.type for name in PATTERNS for pattern in getattr(touchpoint, name)}
    events |= {pattern.type for pattern in good.events} if good else set()
    stocks = {rule.stock for rule in touchpoint.rules if rule.stock}
    stocks |= {good.stock} if good and good.stock else set()
    return events | {plan.stocks[name].event for name in stocks if name in plan.stocks}


def _ordered(plan: Plan, shards: set[str]) -> tuple[str, ...]:
    """Return shards in the order of the plan, the first where there is none."""
    return tuple(shard for shard in plan.shards if shard in shards) or plan.shards[:1]

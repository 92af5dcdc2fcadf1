"""Cutting a plan: every event reaches the shards that listen, one dead feed is one alert."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from service.engine.plan import Plan
from service.engine.plan_data import from_data, to_data
from service.engine.sharding import routes, routing, shard_plan, topics
from service.settings import compile_settings, load

WHOLE = compile_settings(load(Path("config"))).plan


def cut(shards: Sequence[str] = ("main", "rest")) -> Plan:
    """Return the shipped plan with its last touchpoint in a shard of its own, and a topic."""
    last = max(WHOLE.touchpoints)
    touchpoints = {n: replace(t, shard=shards[n == last]) for n, t in WHOLE.touchpoints.items()}
    sources = {n: replace(s, topic=f"{n}.v1") for n, s in WHOLE.sources.items()}
    return replace(WHOLE, shards=tuple(shards), touchpoints=touchpoints, sources=sources)


def test_every_touchpoint_is_judged_by_one_shard() -> None:
    """The shards' parts together are the whole, and no two overlap."""
    plan = cut()
    parts = [set(shard_plan(plan, shard).touchpoints) for shard in plan.shards]
    assert set().union(*parts) == set(plan.touchpoints)
    assert sum(map(len, parts)) == len(plan.touchpoints)
    assert all(parts)


def test_every_event_reaches_whoever_listens_and_somebody_always() -> None:
    """What a shard's touchpoints listen to is routed to it; what nobody hears goes to the first."""
    plan = cut()
    for kind, shards in routes(plan).items():
        assert shards
        for shard in plan.shards:
            starts = {p.type for t in shard_plan(plan, shard).touchpoints.values() for p in t.start}
            assert kind not in starts or shard in shards


def test_a_source_is_told_as_silent_by_one_shard() -> None:
    """Of the shards that hear a source exactly one tells of it."""
    plan = cut()
    for name in plan.sources:
        heard = [p.sources[name] for s in plan.shards if name in (p := shard_plan(plan, s)).sources]
        assert sum(source.is_told for source in heard) == 1


def test_every_shard_that_hears_a_source_knows_its_topic() -> None:
    """A tick for a topic reaches the shards whose watermark depends on it."""
    plan = cut()
    for shard in plan.shards:
        for source in shard_plan(plan, shard).sources.values():
            assert shard in topics(plan)[source.topic]


def test_routing_changes_only_with_the_routes() -> None:
    """A new threshold asks for no second reading of the topics; a new shard does."""
    plan = cut()
    assert routing(replace(plan, number=9, exclusions=())) == routing(plan)
    assert routing(cut(("main", "other"))) != routing(plan)
    assert routing(from_data(to_data(plan))) == routing(plan)

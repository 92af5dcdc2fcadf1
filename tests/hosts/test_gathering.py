"""An intake commits only what is safely in the log, and vouches only for what is."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from service import metrics
from service.hosts.gathering import NewTopicsError
from service.intake.cutting import Place, Slice
from service.log.decided import Decided, accept_record, plan_record
from service.log.entry import Cut, Lost, Tick, Told
from tests.hosts.gathered import (
    DESK,
    HERE,
    NOW,
    PLAN,
    Log,
    Reader,
    came,
    cutter,
    gathering,
)


async def test_nothing_is_committed_before_the_look_behind_its_append() -> None:
    """Appended is not enough: what is decided must have been looked at since."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    reader.coming = [came(0, 3)]
    await found._step()
    assert log.of(Cut)
    assert reader.committed == []
    await found._second()
    assert reader.committed == [{HERE: 3}]


async def test_what_an_intake_turns_away_is_counted() -> None:
    """A record that cannot be read is counted by its reason, as a door counts it."""

    def counted() -> float:
        return metrics.REGISTRY.get_sample_value("erosion_rejected_total", {"reason": "json"}) or 0

    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    before = counted()
    one = came(0, 1)
    reader.coming = [one._replace(records=[one.records[0]._replace(value=b"no json")])]
    await found._step()
    assert counted() == before + 1


async def test_a_new_routing_sends_again_what_is_not_safe() -> None:
    """What went out by the old routes behind the new plan is read again, and not committed."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    reader.coming = [came(0, 3)]
    await found._step()
    await found._second()
    reader.coming = [came(3, 2)]
    await found._step()
    moved = {n: replace(t, shard="second") for n, t in PLAN.touchpoints.items()}
    later = replace(PLAN, touchpoints=moved, number=PLAN.number + 1)
    log.decide(plan_record(later))
    await found._second()
    assert reader.rewound == [{HERE: 3}]
    assert reader.committed == [{HERE: 3}]
    assert [shard for shard, told in log.of(Told) if told.id.startswith(f"plan/{later.number}")]


async def test_a_plan_with_other_topics_ends_this_life() -> None:
    """Only a new reader can join the group for them."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    sources = {n: replace(s, topic=f"{s.topic}2") for n, s in PLAN.sources.items()}
    log.decide(plan_record(replace(PLAN, sources=sources, number=PLAN.number + 1)))
    with pytest.raises(NewTopicsError):
        await found._second()
    assert reader.committed == []


async def test_what_is_lost_is_told_to_every_shard_that_uses_the_topic() -> None:
    """A shard that is not told would wait for ever, or judge what it cannot know."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    reader.lost = [Lost(DESK, "i", 0, 3, 9)]
    await found._step()
    home = sorted({PLAN.shards.index(s) for s in cutter(PLAN)[0].topics[DESK]})
    assert [shard for shard, _ in log.of(Lost)] == home


async def test_an_accepted_gap_is_told_before_anything_is_read_behind_it() -> None:
    """The shards hear of it first; then the reader goes on there, once however often it is told."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    gap = {"kind": "accept", "sources": ["desk"], "topic": DESK, "partition": 0}
    for _ in range(2):
        log.decide(accept_record(gap | {"incarnation": "i", "next": 9, "at": 1}))
    await found._second()
    assert reader.accepted == [(DESK, 0, 9)]
    assert [told.id for _, told in log.of(Told) if told.id.startswith("accept/")]


async def test_a_gap_accepted_between_two_lives_is_told_by_the_next_one() -> None:
    """Nobody was there to tell it then: each life tells the shards first what holds."""
    decided = Decided()
    gap = {"kind": "accept", "sources": ["desk"], "topic": DESK, "partition": 0}
    records = [plan_record(PLAN)]
    rows = [(3, 1), (4, 2), (9, 2)]  # of each where it goes on, and when it was said
    records += [accept_record(gap | {"incarnation": "i", "next": n, "at": at}) for n, at in rows]
    for key, value in records:
        decided.take(key.decode(), value)
    home = cutter(PLAN)[0].topics[DESK]
    for shard in PLAN.shards:
        told = [one for one in decided.controls(shard) if one.id.startswith("accept/")]
        assert [one.control["next"] for one in told] == ([4, 9] if shard in home else [])
    assert [decided.goes_on(DESK, 0, "i", at) for at in (0, 9, 10)] == [True, True, False]
    assert not decided.goes_on(DESK, 0, "j", 3)
    assert not decided.goes_on(DESK, 1, "i", 3)


async def test_a_tick_vouches_only_for_what_is_appended() -> None:
    """An end that was asked while a record below it is not yet in the log gives no mark."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    reader.coming = [came(0, 2)]
    await found._step()
    reader.coming = [came(2, 3)]  # the end is 5, and 2 are in the log
    await found._second()
    await found._second()
    assert [mark for _, tick in log.of(Tick) for mark in tick.marks] == []
    await found._step()
    await found._second()
    marks = [mark for _, tick in log.of(Tick) for mark in tick.marks]
    assert {(mark.partition, mark.end, mark.heard) for mark in marks} == {(0, 5, NOW)}


async def test_a_batch_of_before_a_new_deal_is_thrown_away() -> None:
    """Another reader has those partitions now, and sends them itself."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log)
    read = reader.read

    async def dealt_anew(timeout_ms: int, places: Iterable[Place] = ()) -> list[Slice]:
        slices = await read(timeout_ms, places)
        reader.deal += 1
        return slices

    reader.read = dealt_anew  # type: ignore[method-assign, assignment]
    reader.coming = [came(0, 3)]
    assert await found._step() == 0
    assert log.of(Cut) == []

"""A shard folds a Kafka log exactly once, from wherever it is restored, and stops where it must."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.desk import Book
from service.engine.fold import SEMANTICS
from service.engine.plan_data import to_data
from service.engine.results import Results, state_hash
from service.engine.sharding import on_topics, routes, routing
from service.engine.values import Chunk, Event
from service.errors import DamagedError
from service.hosts.checkpointing import Checkpointing
from service.hosts.replay import Memory, Replay
from service.hosts.shard import HoleError, OtherRulesError, Shard
from service.intake.decode import Decoder
from service.log.entry import Cut, Entry, Mark, Run, Tick, Told, encode
from service.log.fence import Passed
from service.log.reading import FIRST
from service.settings import compile_settings, load
from service.store.changelog import newest, rows_of
from tests.live.quick_stream import planned, written

ALONE = compile_settings(load(Path("tests/live/quick"))).plan
PLAN = on_topics(ALONE, "door")
BEGIN, SHARD, WAIT_MS = 1_780_000_000_000, "main", 20_000
TOPIC = PLAN.sources["desk"].topic
RULES = Told(f"rules/{SEMANTICS}", {"kind": "semantics", "number": SEMANTICS}, FIRST)
FIRST_PLAN = Told("plan/1", to_data(PLAN), FIRST)


def happened(seed: int) -> list[Event]:
    """Return the desk's events of a stream, in the order of their time."""
    decoder = Decoder(PLAN, b"key")
    rows = [row for row in planned(seed, 40, 6) if row.topic == "desk"]
    lines = [written(n, row, BEGIN + int(row.at_s * 1000)) for n, row in enumerate(rows)]
    return [item for line in lines for item in decoder.decode(line) if isinstance(item, Event)]


def cut(events: list[Event], first: int, to: int) -> Cut:
    """Return the cut of some raw offsets; an event stands at its number."""
    mine = [n for n in range(first, to) if SHARD in routes(PLAN)[events[n].type]]
    run = Run(TOPIC, "i", 0, first, to, mine, [])
    return Cut(routing(PLAN), [run], [events[n] for n in mine], [])


def logged(random: Random, events: list[Event]) -> list[tuple[int, Entry]]:
    """Return a log of (stamp, entry) as overlapping writers might write it."""
    log: list[tuple[int, Entry]] = [(BEGIN, RULES), (BEGIN, FIRST_PLAN)]
    done, committed = 0, 0
    while done < len(events):
        first = random.choice([done, committed])
        to = min(first + random.randint(1, 7), len(events))
        now = events[max(to - 1, 0)].time + 50
        log.append((now, cut(events, first, to)))
        done = max(done, to)
        committed = random.choice([committed, done])
        mark = Mark(TOPIC, "i", 0, done, now)
        log.append((now, Tick([mark], {TOPIC: 1}, {"desk": now})))
        if random.random() < 0.1:
            log.append((now, random.choice([RULES, FIRST_PLAN])))
    end = events[-1].time + 60_000
    log.append((end, Tick([Mark(TOPIC, "i", 0, done, end)], {TOPIC: 1}, {"desk": end})))
    return log


def shard() -> Shard:
    """Return a shard before its first entry."""
    return Shard(SHARD, None, Book(), 0, {})


def folded(log: list[tuple[int, Entry]], found: Shard, results: Results) -> Shard:
    """Fold what a shard does not know yet."""
    for offset, (stamp, entry) in enumerate(log):
        found.take(offset, stamp, encode(entry))
        results.take(found.loop.waiting)
        found.settle(Memory())
        found.settled()
    return found


def replayed(events: list[Event], until: int) -> str:
    """Return the results hash of a replay, of what this shard judges."""
    touchpoints = {n: t for n, t in ALONE.touchpoints.items() if t.shard == SHARD}
    replay = Replay(replace(ALONE, touchpoints=touchpoints))
    replay.run(events, until)
    replay.memory.results.finish(replay.engine)
    return replay.memory.results.hash()


@settings(max_examples=15)
@given(st.randoms(use_true_random=False), st.integers(0, 20))
def test_a_log_of_overlapping_writers_gives_the_results_of_a_replay(
    random: Random, seed: int
) -> None:
    """Whoever wrote it, cut and repeated as it may be: the results are those of the facts."""
    events, results = happened(seed), Results()
    found = folded(logged(random, events), shard(), results)
    results.finish(found.loop.engine)
    assert results.hash() == replayed(events, events[-1].time + 60_000)


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_a_checkpoint_anywhere_goes_on_the_same(random: Random) -> None:
    """Restored from its rows at any offset and folded on, the state is that of one that never died."""
    events = happened(3)
    log = logged(random, events)
    place = random.randrange(2, len(log))
    whole = folded(log, shard(), Results())
    begun = folded(log[:place], shard(), Results())
    rows = dict(rows_of(SHARD, begun.offset, begun.parts(), Checkpointing.VERSION))
    restored, _ = newest(SHARD, rows, Checkpointing.VERSION)
    assert restored is not None
    again = shard()
    again.restore(restored)
    folded(log, again, Results())
    assert state_hash(again.loop.engine) == state_hash(whole.loop.engine)
    assert again.fence.state() == whole.fence.state()


def test_a_hole_is_read_again() -> None:
    """An offset that is too high is refused with the one that is wanted; a known one is dropped."""
    found = shard()
    found.take(0, 1, encode(RULES))
    with pytest.raises(HoleError) as hole:
        found.take(2, 1, encode(FIRST_PLAN))
    assert hole.value.wanted == 1
    assert found.take(0, 1, encode(RULES)) == 0
    found.take(1, 1, encode(FIRST_PLAN))
    assert found.plan == PLAN


def test_events_before_a_plan_are_refused() -> None:
    """Nobody knows what an event means before there is a plan: it is not dropped in silence."""
    found = shard()
    found.fence.adopt(PLAN)
    with pytest.raises(DamagedError, match="no plan before"):
        found.take(0, 1, encode(cut(happened(1), 0, 3)))


def test_an_older_program_stops_before_newer_rules_and_a_newer_one_goes_on_there() -> None:
    """Two versions run side by side: one leaves off, the other begins, exactly at the same entry."""
    events = happened(2)
    newer = Told(f"rules/{SEMANTICS + 1}", {"kind": "semantics", "number": SEMANTICS + 1}, FIRST)
    log: list[tuple[int, Entry]] = [(BEGIN, RULES), (BEGIN, FIRST_PLAN)]
    log += [(events[5].time, cut(events, 0, 6)), (events[5].time, newer)]
    log += [(events[9].time, cut(events, 6, 10))]
    old = shard()
    with pytest.raises(OtherRulesError):
        folded(log, old, Results())
    assert old.offset == 2
    rows = dict(rows_of(SHARD, old.offset, old.parts(), Checkpointing.VERSION))
    restored, _ = newest(SHARD, rows, Checkpointing.VERSION)
    assert restored is not None
    new = Shard(SHARD, None, Book(), 0, {}, rules=SEMANTICS + 1)
    new.restore(restored)
    with pytest.raises(OtherRulesError):
        new.take(3, 1, encode(log[4][1]))
    new.restore(restored)
    folded(log, new, Results())
    assert new.offset == 4
    assert new.loop.engine.tally.accepted == sum(
        len(e.events) for _, e in log if isinstance(e, Cut)
    )


def test_what_is_to_blame_for_a_failing_entry_is_found_and_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A suspect entry is tried in copies; its bad event is named, left out, and kept for people."""
    events = happened(1)
    found = Shard(SHARD, None, Book(), 0, {}, suspects={2})
    bad = events[3]._replace(time=None)  # type: ignore[arg-type]
    whole = cut(events, 0, 6)
    events_with_bad = [bad if event.key == bad.key else event for event in whole.events]
    found.take(0, BEGIN, encode(RULES))
    found.take(1, BEGIN, encode(FIRST_PLAN))
    monkeypatch.setattr(found.fence, "take", lambda now, _: Passed(Chunk(now, events_with_bad)))
    found.take(2, events[5].time, encode(whole))
    [(offset, places, sources)] = found.found
    assert (offset, dict(sources)) == (2, {"desk": 1})
    assert [events_with_bad[place] for place in places] == [bad]
    assert found.loop.engine.tally.accepted == len(events_with_bad) - 1

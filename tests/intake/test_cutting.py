"""Cutting and aligning: every raw offset is accounted for, in the order of time where that counts."""

import itertools
from collections.abc import Iterable
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from service.engine.sharding import routes, shard_plan, topics
from service.engine.values import Event
from service.intake.aligned import Aligned
from service.intake.cutting import BYTES_MAX, Cutter, Place, Record, Slice, pieces, together
from service.intake.records import Records
from service.log.entry import encode
from service.log.passed import encode_passed
from service.log.wanted import MESSAGE_BYTES
from service.rejected import Reason, Rejected, rejected
from service.settings import compile_settings, load

PLAN = compile_settings(load(Path("tests/live/quick"))).plan
KINDS = {source.topic: PLAN.delivers[name] for name, source in PLAN.sources.items()}
TOPIC, KEY = PLAN.sources["desk"].topic, b"key"
NAMES = {source.topic: name for name, source in PLAN.sources.items()}


def decode(topic: str, record: Record) -> Iterable[Event | Rejected]:
    """Make an event of what the value says: its type, or anything else to be turned away."""
    kind = (record.value or b"").decode()
    if not kind:
        return []
    if kind not in KINDS[topic]:
        return [rejected(Reason.TYPE, "no such type", record.value or b"")]
    source = NAMES[topic]
    return [Event(record.offset, 0, source, "", kind, 0, None, "", "", "", "", "observed", {})]


def slices(random: Random) -> list[Slice]:
    """Return slices of all topics with gaps, tombstones and bad records."""
    found = []
    for topic, kinds in KINDS.items():
        first = random.randrange(100)
        offsets = sorted(random.sample(range(first, first + 30), random.randrange(12)))
        values = [*(kind.encode() for kind in kinds), b"", b"bad"]
        records = [Record(o, None, random.choice(values), (), o) for o in offsets]
        found.append(Slice(topic, "i", 3, first, first + 30, records))
    return found


@given(st.randoms(use_true_random=False))
def test_every_shard_that_uses_a_topic_gets_its_run(random: Random) -> None:
    """A run covers all that was read, also where nothing of it is for the shard."""
    found = slices(random)
    cuts = Cutter(PLAN, decode).cut(found, 9)
    for one in found:
        for shard in topics(PLAN)[one.topic]:
            run = next(run for run in cuts[shard].runs if run.topic == one.topic)
            assert (run.first, run.to) == (one.first, one.to)


@given(st.randoms(use_true_random=False))
def test_every_record_goes_where_it_belongs(random: Random) -> None:
    """Each event reaches the shards of its type, each rejection one shard and one letter."""
    found, cutter = slices(random), Cutter(PLAN, decode)
    cuts = cutter.cut(found, 9)
    for one in found:
        for record in one.records:
            kind = (record.value or b"").decode()
            wanted = set(routes(PLAN)[kind]) if kind in KINDS[one.topic] else set()
            got = {
                shard
                for shard, cut in cuts.items()
                for run in cut.runs
                if run.topic == one.topic and record.offset in run.offsets
            }
            assert got == wanted
    bad = sum(record.value == b"bad" for one in found for record in one.records)
    letters = cutter.take_letters(5)
    assert sum(len(cut.rejected) for cut in cuts.values()) == len(letters) == bad
    assert not cutter.take_letters(5)
    for cut in cuts.values():
        assert len(cut.events) == sum(len(run.offsets) for run in cut.runs)
        assert len(cut.rejected) == sum(len(run.turned) for run in cut.runs)


@given(st.lists(st.integers(0, 3000), max_size=40), st.integers(1, 5))
def test_pieces_are_the_slice(sizes: list[int], step: int) -> None:
    """However a slice is cut for its size, the pieces cover it without a gap."""
    records = [Record(5 + n * step, None, b"x" * size * 400, (), 0) for n, size in enumerate(sizes)]
    whole = Slice("t", "i", 0, 2, 5 + len(sizes) * step, records)
    parts = [*pieces(whole)]
    assert [r for part in parts for r in part.records] == records
    assert (parts[0].first, parts[-1].to) == (whole.first, whole.to)
    assert all(a.to == b.first for a, b in itertools.pairwise(parts))


def test_headers_count_for_the_size_of_a_cut() -> None:
    """Attributes stand in them, and are kept of what is turned away: an entry must stay small enough."""
    headers = [("ce_id", b"x" * 4000), ("ce_specversion", b"0.3")]
    records = [Record(n, None, b"", headers, 0) for n in range(1000)]
    whole = Slice(TOPIC, "i", 0, 0, 1000, records)
    decoder = Records(PLAN, KEY)
    made = []
    for group in together([whole]):
        cutter = Cutter(PLAN, decoder.decode)
        made += [encode(cut) for cut in cutter.cut(group, 5).values()]
    assert len(made) > 1
    assert max(map(len, made)) < MESSAGE_BYTES


def test_a_body_that_grows_when_written_out_is_left_to_its_letter() -> None:
    """A control character takes six characters there, and an entry has a limit."""
    headers = [("ce_id", b"\x01" * 900), ("ce_specversion", b"0.3")]
    records = [Record(n, None, b"", headers, 0) for n in range(1000)]
    cutter = Cutter(PLAN, Records(PLAN, KEY).decode)
    cuts = cutter.cut([Slice(TOPIC, "i", 0, 0, 1000, records)], 5)
    [rejected] = [cut.rejected for cut in cuts.values() if cut.rejected]
    assert sum(len(bad.body) for bad in rejected) <= BYTES_MAX
    assert len(rejected) == len(cutter.take_letters(5)) == 1000


def test_what_a_door_took_by_another_plan_is_turned_away() -> None:
    """A type that no source delivers any more ends no intake, and is kept."""
    event = Event(1, 1, "desk", "e1", "gone.by", 5, None, "c", "u", "", "", "", {})
    cutter = Cutter(PLAN, Records(PLAN, KEY, door=TOPIC).decode)
    record = Record(0, None, encode_passed(event), (), 0)
    cuts = cutter.cut([Slice(TOPIC, "i", 0, 0, 1, [record])], 5)
    [bad] = [bad for cut in cuts.values() for bad in cut.rejected]
    assert bad.reason is Reason.TYPE


def test_what_holds_no_records_leaves_a_history_at_once() -> None:
    """Behind the last record stand marks of transactions; nobody waits for a time that they have not."""
    aligned = Aligned()
    empty = Slice("t", "i", 0, 5, 6, [])
    assert aligned.put([empty]) == [empty]
    assert aligned.first() is None
    assert aligned.take({Place("t", 0): 6}, {Place("t", 0): 6}, 2**62) == []


@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_a_history_leaves_in_the_order_of_time(random: Random, partitions: int) -> None:
    """Whatever partition is read first, nothing leaves before something older that still comes."""
    stock = {
        Place("t", number): sorted(random.randrange(1000) for _ in range(random.randrange(30)))
        for number in range(partitions)
    }
    ends: dict[Place, int] = {place: len(times) for place, times in stock.items()}
    positions = dict.fromkeys(stock, 0)
    aligned, gone = Aligned(), list[list[int]]()
    while sum(map(len, gone)) < sum(ends.values()):
        places = aligned.wanted(positions, ends)
        for place in random.sample(places, random.randint(0, len(places))):
            begin = positions[place]
            to = min(begin + random.randint(1, 6), ends[place])
            if to > begin:
                times = enumerate(stock[place][begin:to], begin)
                records = [Record(at, None, b"", (), time) for at, time in times]
                aligned.put([Slice(*place[:1], "i", place[1], begin, to, records)])
                positions[place] = to
        left = aligned.take(positions, ends, 2**62)
        gone.append([record.time for one in left for record in one.records])
    groups = [group for group in gone if group]
    assert all(max(a) <= min(b) for a, b in itertools.pairwise(groups))


def test_only_the_parts_plan_is_needed_by_a_shard() -> None:
    """A shard's part of the plan delivers whatever is routed to it."""
    for kind, shards in routes(PLAN).items():
        for shard in shards:
            part = shard_plan(PLAN, shard)
            assert any(kind in types for types in part.delivers.values())

"""A year of customers: nothing that the engine keeps grows with time (01, section 9)."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from service.engine.fold import Engine
from service.engine.plan_data import to_data
from service.engine.results import state_hash
from service.engine.values import Chunk
from tests.bench.year import BEGIN, DAY, HOUR, counting, hours, kept, year_plan
from tests.engine.arrivals import taught
from tests.engine.test_snapshot import reread

CASES, DAYS = 200_000, 365
MONTH = 2 * 24 * 28
# Counts of a few things may be a few more or less by the hour at which one looks.
ROOM = 12
# These may be empty at the hour at which one looks.
EMPTY = {"sought", "days"}
# Half a year, and what comes in until it is next asked for.
DAYS_OF_HISTORY = 26 * 7 + 8


def test_nothing_grows_with_time(tmp_path: Path) -> None:
    """What is kept at the end of each month is what was kept after the second, and no more."""
    engine = Engine()
    engine.fold(Chunk(-(2**62), (), to_data(year_plan(tmp_path))))
    months: list[dict[str, int]] = []
    for number, chunk in enumerate(hours(CASES, DAYS), 1):
        taught(engine, chunk)
        if number % MONTH == 0:
            months.append(kept(engine))
    second, last = months[1], months[-1]
    assert engine.tally.accepted > 1.9 * CASES
    assert all(count for name, count in second.items() if name not in EMPTY), second
    grown = {
        name: [month[name] for month in months]
        for name, count in second.items()
        if last[name] > 1.05 * count + ROOM
    }
    assert not grown
    assert 0 < most_days(engine) <= DAYS_OF_HISTORY


def most_days(engine: Engine) -> int:
    """Return of how many days the longest history knows anything."""
    streams = [stream for track in engine.tracks for stream in track.judges.streams.values()]
    return max(len([*s.history.sums.days()]) for s in streams if s.history is not None)


def one_by_one(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """Yield a chunk for each event, at its own time, and the ticks."""
    for chunk in chunks:
        yield from (Chunk(event.time, [event]) for event in chunk.events)
        yield chunk._replace(events=())


@pytest.mark.parametrize("week", [7, 14])
def test_a_year_goes_on_from_any_day(tmp_path: Path, week: int) -> None:
    """What was let go of is missed by nobody: restored each week or so, the frames are the same."""
    straight, broken = Engine(), Engine()
    draw = random.Random(1)
    plan = Chunk(-(2**62), (), to_data(year_plan(tmp_path)))
    for number, chunk in enumerate((plan, *one_by_one(hours(9000, 60, week)))):
        assert taught(broken, chunk) == taught(straight, chunk), number
        if draw.random() < 1 / 1000:
            broken = reread(broken)
    assert state_hash(broken) == state_hash(straight)


def test_ended_findings_about_sources_are_forgotten(tmp_path: Path) -> None:
    """A source that falls silent each week has no list of all its silences."""
    engine = Engine()
    engine.fold(Chunk(-(2**62), (), to_data(year_plan(tmp_path))))
    for chunk in hours(1000, 60):
        taught(engine, chunk)
    told = [told for episodes in engine.hearing.episodes() for told in episodes.told]
    assert told
    horizon = engine.now - 8 * DAY
    assert all(found.until is None or found.until >= horizon for found in told)


def test_a_stock_that_is_counted_no_more_is_forgotten(tmp_path: Path) -> None:
    """A floor goes with the last reading of its key; the next reading begins anew."""
    engine = Engine()
    engine.fold(Chunk(-(2**62), (), to_data(year_plan(tmp_path))))
    engine.fold(Chunk(BEGIN, [counting(0, BEGIN)]))
    floors = engine.tracks[0].shelves.floors
    assert len(floors) == 1
    engine.fold(Chunk(BEGIN + 7 * DAY))
    engine.fold(Chunk(BEGIN + 16 * DAY))
    engine.fold(Chunk(BEGIN + 17 * DAY))
    assert not floors
    again = BEGIN + 18 * DAY
    engine.fold(Chunk(again, [counting(0, again)]))
    signals = [s for frame in engine.fold(Chunk(again + 3 * HOUR)) for s in frame.signals]
    assert [s.instant for s in signals if s.rule == "gone"] == [again + 2 * HOUR]

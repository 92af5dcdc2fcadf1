"""What the engine remembers has an end: a year of events needs no more room than a quarter."""

from service.engine.fold import Engine
from service.engine.plan_data import to_data
from service.engine.values import Chunk
from tests.engine.arrivals import stamp_of, taught
from tests.simulation.world import DAY, HOUR, world_of

WEEKS = 52


def sizes(engine: Engine) -> dict[str, int]:
    """Return how much is remembered, by kind."""
    streams = [stream for track in engine.tracks for stream in track.judges.streams.values()]
    floors = [floor for track in engine.tracks for floor in track.shelves.floors.values()]
    return {
        "seen": sum(map(len, engine.recorder.seen.days().values())),
        "given": sum(len(group) for track in engine.tracks for group in track.given.values()),
        "cases": sum(len(track.cases) for track in engine.tracks),
        "orphans": sum(len(track.orphans) for track in engine.tracks),
        "items": sum(len(stream.items) for stream in streams),
        "states": sum(len(stream.snapshots) for stream in streams),
        "told": sum(len(stream.episodes.told) for stream in streams),
        "told of stocks": sum(len(floor.episodes.told) for floor in floors),
        "gaps": sum(map(len, engine.hearing.gaps.values())),
        "timers": sum(
            len(bucket) for line in engine.timelines for bucket in line.timers._buckets.values()
        ),
    }


def test_memory_does_not_grow_with_the_year() -> None:
    """The most that the second half year holds of anything is about what the first half held."""
    world = world_of(1000, 3, WEEKS)
    engine, halves = Engine(), [dict[str, int](), dict[str, int]()]
    engine.fold(Chunk(-(2**62), (), to_data(world.plan)))
    middle, day = world.begin + WEEKS * 7 * DAY // 2, 0
    for event in sorted(world.events, key=stamp_of):
        at = stamp_of(event)
        taught(engine, Chunk(at, (event,)))
        if at // DAY > day and at > world.begin + 60 * DAY:
            day = at // DAY
            most = halves[at > middle]
            for name, size in sizes(engine).items():
                most[name] = max(most.get(name, 0), size)
    taught(engine, Chunk(world.end + HOUR))
    first, second = halves
    grown = {name: (first[name], second[name]) for name in first if too_much(name, halves)}
    assert not grown


def too_much(name: str, halves: list[dict[str, int]]) -> bool:
    """Tell whether a size has grown by more than chance."""
    first, second = (half[name] for half in halves)
    return second > 1.5 * first + 20

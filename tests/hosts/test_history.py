"""A history is read in the order of time, in steps that no rule notices, and loses nothing."""

import asyncio
from itertools import pairwise

from service.intake.aligned import step_of
from service.intake.cutting import Place, Record, Slice
from service.log.entry import Cut, Tick
from tests.hosts.gathered import (
    DESK,
    NOW,
    PLAN,
    Log,
    Reader,
    came,
    gathering,
)
from tests.live.quick_stream import Planned, written


async def test_a_history_lets_time_pass_in_steps_that_no_rule_notices() -> None:
    """However long ago it was and fast it is read: small cuts, and what was cut is judged next."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log, clock_events=True)
    step, times = step_of(PLAN), [NOW + n * 60_000 for n in range(60)]
    rows = [Planned(0, "desk", f"c{n}", "asked", "leeds") for n in range(60)]
    records = [
        Record(n, b"k", written(n, row, at), (), at)
        for n, (row, at) in enumerate(zip(rows, times, strict=True))
    ]
    reader.coming, stop, turns = (
        [Slice(DESK, "i", 0, 0, 60, records)],
        asyncio.Event(),
        iter(range(60)),
    )
    await found.run(stop, lambda: stop.set() if next(turns) == 50 else None)
    mine = [e for shard, e in log.entries if shard == 0 and isinstance(e, Cut | Tick)]
    cuts = [entry for entry in mine if isinstance(entry, Cut)]
    assert sum(len(cut.events) for cut in cuts) == len(times)
    assert all(cut.events[-1].time - cut.events[0].time <= step for cut in cuts)
    assert all(isinstance(b, Tick) and b.marks for a, b in pairwise(mine) if isinstance(a, Cut))


async def test_what_is_read_of_a_new_deal_is_not_forgotten_with_the_old_one() -> None:
    """A deal in the middle of a step ends it: what is read behind it would be thrown away with it."""
    reader, log = Reader(), Log()
    found = await gathering(reader, log, clock_events=True)
    ends = reader.ends

    async def dealt_anew() -> dict[Place, int]:
        reader.deal, reader.ends = reader.deal + 1, ends  # type: ignore[method-assign]
        return await ends()

    reader.ends = dealt_anew  # type: ignore[method-assign]
    reader.coming = [came(0, 3)]
    for _ in range(3):
        await found._step()
    assert [e.id for _, cut in log.of(Cut) for e in cut.events] == ["e0", "e1", "e2"]

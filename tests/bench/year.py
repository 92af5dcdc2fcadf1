"""A year of customers, day by day: the engine must need no more at its end than after a fortnight.

Each customer asks and is answered, one in twenty late.  One in a hundred is answered without ever
having asked, one in ten is answered by a call that finds its case by fields, a stock is counted
each hour, under models that are new each week, and every Sunday the sources are quiet for so long
that they are taken for silent.
"""

import gc
from collections.abc import Iterator
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.share import ShareState
from service.engine.values import Chunk, Event
from service.engine.waiting import WaitingState
from service.hosts.collector import calm
from service.settings import compile_settings, load
from tests.bench.gauge import tell, watch
from tests.bench.memory import resident
from tests.bench.million import key_of
from tests.engine.arrivals import taught
from tests.worlds import STOCK, write_config

HOUR = 3_600_000
DAY = 24 * HOUR
BEGIN = 1_767_225_600_000  # 2026-01-01, a Thursday
QUIET_DAY, QUIET_HOURS = 3, 10
CALL: dict[str, Any] = {"event": "call", "match": ["customer", "unit"]}


def year_plan(folder: Path) -> Plan:
    """Return a plan with every kind of rule that an engine keeps something for."""
    share = {"id": "half", "kind": "share", "kept_below": "90%", "over": "3d"}
    floor = {"id": "gone", "kind": "floor", "stock": "cars", "below": 2, "for": "2h"}
    changes = {
        "promise": "2h",
        "measure": {"clock": "customer", "stop": ["answer", CALL]},
        "rules": [share, floor],
        "sources": {name: {"silent": {"after": "6h"}} for name in ("crm", "phone")},
    }
    config = write_config(folder, changes)
    text = (config / "config.yaml").read_text("utf-8")
    stock = dict(STOCK) | {"per": "[unit, data.model]"}
    rows = "\n".join(f"    {name}: {value}" for name, value in stock.items())
    text += f"stocks:\n  cars:\n{rows}\n"
    text = text.replace("sources:\n", "sources:\n  fleet: {delivers: [count], wait: 60s}\n", 1)
    (config / "config.yaml").write_text(text, "utf-8")
    return compile_settings(load(config)).plan


def hours(cases: int, days: int, week: int = 7) -> Iterator[Chunk]:
    """Yield the year in chunks of an hour, with a tick behind each; a quiet day comes each `week`."""
    waiting: list[tuple[int, int, Event]] = []
    an_hour = cases / (days * 24)
    number = 0
    for hour in range(days * 24):
        begin, events = BEGIN + hour * HOUR, list[Event]()
        quiet = hour // 24 % week == QUIET_DAY and hour % 24 < QUIET_HOURS
        while number < an_hour * (hour + 1):
            at = begin + int((number % an_hour) / an_hour * HOUR) if an_hour > 1 else begin
            for event in course(number, at):
                heappush(waiting, (event.time, event.key, event))
            number += 1
        heappush(waiting, (begin, -hour, counting(hour, begin)))
        while waiting and waiting[0][0] < begin + HOUR and not quiet:
            events.append(heappop(waiting)[2])
        yield Chunk(begin + HOUR - 1, events)
        yield Chunk(begin + HOUR)


def course(number: int, at: int) -> list[Event]:
    """Return how one customer asks and is answered."""
    later = at + (3 * HOUR if number % 20 == 0 else HOUR // 2)
    stop = "call" if number % 10 == 5 else "answer"
    case = "" if stop == "call" else f"c{number}"
    asked = [] if number % 100 == 7 else [_event(2 * number, "ask", at, f"c{number}")]
    return [*asked, _event(2 * number + 1, stop, later, case)]


def counting(hour: int, at: int) -> Event:
    """Return one reading of a stock; each week has a model of its own."""
    data = {"cars": hour % 5, "model": f"model {hour // 168}"}
    return _event(2**50 + hour, "count", at, "")._replace(source="fleet", data=data)


def _event(number: int, kind: str, at: int, case: str) -> Event:
    who = number // 2
    source = "phone" if kind == "call" else "crm"
    names = (case, "abc"[who % 3], f"{who:024x}")
    return Event(key_of(number), 0, source, f"e{number}", kind, at, None, *names, "", "", {})


def kept(engine: Engine) -> dict[str, int]:
    """Count everything that an engine keeps, by what it is."""
    tracks, lines = engine.tracks, engine.timelines
    streams = [stream for track in tracks for stream in track.judges.streams.values()]
    floors = [floor for track in tracks for floor in track.shelves.floors.values()]
    states = [s.state for stream in streams for s in stream.snapshots]
    hearing = engine.hearing
    told = [*(s.episodes for s in streams), *(f.episodes for f in floors), *hearing.episodes()]
    rows = {
        id(s.head.window.entries): s.head.window.entries
        for s in streams
        if isinstance(s.head, ShareState)
    }
    past = [p for s in states if isinstance(s, WaitingState) for p in s.past.values()]
    return {
        "cases": sum(len(track.cases) for track in tracks),
        "orphans": sum(len(track.orphans) for track in tracks),
        "index": sum(len(track.index) for track in tracks),
        "given": sum(len(group) for track in tracks for group in track.given.values()),
        "seen": sum(map(len, engine.recorder.seen.days().values())),
        "items": sum(len(stream.items) for stream in streams),
        "snapshots": len(states),
        "entries": sum(len(entries.rows) for entries in rows.values()),
        "past": sum(len(p.cases) + len(p.customers) for p in past),
        "told": sum(len(episodes.told) for episodes in told),
        "floors": len(floors),
        "stock": sum(len(r) for book in engine.books.values() for r in book.rows.values()),
        "gaps": sum(map(len, hearing.gaps.values())),
        "marked gaps": sum(len(track.around.gaps) for track in tracks),
        "usual": sum(len(one.usual.longest) for one in hearing.listeners.values()),
        "filings": sum(_filings(line.timers) for line in lines),
        "sought": sum(len(line.seekers.all()) for line in lines),
        "days": sum(len(line.counts._days) for line in lines),
    }


def _filings(timers: Any) -> int:
    return len(timers._near) + sum(map(len, timers._buckets.values()))


def bench_year(folder: Path, cases: int, days: int = 365) -> None:
    """Print resident memory each month; the last must be that of the second."""
    calm()
    engine = Engine()
    engine.fold(Chunk(-(2**62), (), to_data(year_plan(folder))))
    before, months = resident(), list[int]()
    with watch() as took:
        for number, chunk in enumerate(hours(cases, days), 1):
            taught(engine, chunk)
            if number % (2 * 24 * 30) == 0:
                gc.collect()
                months.append(resident() - before)
    tell(f"a year with {cases:,} cases, folded", str(took))
    tell("a year: RSS each month, MB", " ".join(f"{m / 1e6:.0f}" for m in months), "flat")
    tell("a year: the last month against the second", f"{months[-1] / months[1]:.2f}")

"""A Monday with a million due instants at once: what one tick costs, and how long nothing else moves."""

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from service.engine.fold import Engine
from service.engine.plan_data import to_data
from service.engine.values import Chunk, Event, Frame
from service.hosts.collector import calm
from service.hosts.folding import Folding
from service.hosts.jobs import Batch
from service.hosts.writer import Writer
from service.log.sqlite import SqliteLog
from service.loop import Loop
from service.settings import compile_settings, load
from service.store.store import Store
from tests.bench.gauge import spread, tell, watch
from tests.bench.million import asking
from tests.worlds import write_config

SATURDAY = 1_789_203_600_000  # 2026-09-12, 09:00 UTC
NINE = 1_789_369_200_000  # Monday 2026-09-14, 09:00 in Berlin
HOURS = {"shop": {"open": {"mon-fri": ["08:00-18:00"]}}}


class Still:
    """Be a clock that stands where it was set."""

    def __init__(self, at: int) -> None:
        """Begin at an instant."""
        self.at = at

    def now(self, recorded: object = ()) -> int:
        """Return it."""
        return self.at


def bench_monday(count: int) -> None:
    """Ask over the weekend, and let everything fall due at nine."""
    calm()
    with TemporaryDirectory(prefix="erosion-scale-") as name:
        config = write_config(Path(name) / "config", {"promise": "1h open", "calendars": HOURS})
        plan = compile_settings(load(config)).plan
        weekend = [asked(n, SATURDAY + n * 100) for n in range(count)]
        _in_one_go(to_data(plan), weekend)
        _through_the_writer(Path(name), to_data(plan), weekend)


def asked(number: int, at: int) -> Event:
    """Return a request to one of the two shops that have opening hours."""
    return asking(number, at)._replace(unit="ab"[number % 2])


def _opened(plan: dict[str, object], weekend: list[Event]) -> Engine:
    engine = Engine()
    engine.fold(Chunk(-(2**62), (), plan))
    for first in range(0, len(weekend), 500):
        part = weekend[first : first + 500]
        engine.fold(Chunk(part[-1].time, part))
    engine.fold(Chunk(NINE - 1000))
    return engine


def _in_one_go(plan: dict[str, object], weekend: list[Event]) -> None:
    engine = _opened(plan, weekend)
    with watch() as took:
        frames = engine.fold(Chunk(NINE + 61_000))
    due = sum(outcome.outcome == "late" for frame in frames for outcome in frame.outcomes)
    tell(f"Monday: one tick with {due:,} due, folded in one go", str(took))
    sizes = sorted(map(_bytes_of, frames))
    most = max(len(frame.outcomes) for frame in frames)
    found = f"{len(frames)}, at most {most:,} cases, {sizes[-1] / 1024:.0f} KiB"
    tell("Monday: frames, the largest", found, "2,000 due or 512 KiB")


def _bytes_of(frame: Frame) -> int:
    """Return the size of what a frame's rows bind to statements."""
    rows = (*frame.outcomes, *frame.readings, *frame.waiting)
    signals = sum(len(json.dumps(dict(s.evidence), default=str)) for s in frame.signals)
    return signals + sum(len(str(value).encode()) for row in rows for value in row)


def _through_the_writer(folder: Path, plan: dict[str, object], weekend: list[Event]) -> None:
    """Let the writer do it, with a sender at the door whose every batch must become durable."""
    store = Store.open(f"sqlite:///{folder / 'monday.db'}")
    loop, log = Loop(_opened(plan, weekend)), SqliteLog(store)
    with store.transaction() as transaction:
        transaction.position("main")
        transaction.change("UPDATE position SET frame = ?", [(loop.engine.frame,)])
    writer = Writer(store, log, loop, Still(NINE + 61_000), folding=Folding(store, log, loop))
    number, turns = len(weekend), list[float]()
    with watch() as took:
        while loop.engine.watermark("reply") < NINE or loop.waiting:
            sent = Batch([asked(number + n, NINE + 60_000) for n in range(20)], [])
            number += 20
            begun = time.perf_counter()
            writer.turn([sent])
            turns.append(time.perf_counter() - begun)
    tell("Monday: the same through the writer, with rows stored", str(took))
    tell("Monday: a turn, in which no other event can be taken", spread(turns), "not blocked")
    late = store.rows("SELECT count(*) FROM outcome WHERE outcome = 'late'")[0][0]
    if late != len(weekend):
        raise SystemExit(f"{late} late rows, not {len(weekend)}")
    store.close()

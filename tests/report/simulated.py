"""A made-up company in a store: a simulated stream through the live loop and the live desk.

No service runs.  All is one transaction, which costs a tenth of one for each event.  With `acting`,
people say "I have it" or "the customer knows" to some of the alerts, some in time, some too late,
and some of them again days later.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from alerts.action import Kind
from alerts.desk import Desk
from service.engine.plan import Plan
from service.engine.values import Event, Frame
from service.hosts.replay import Memory, Replay
from service.intake.decode import Decoder
from service.rejected import Rejected
from service.settings import Compiled, Settings, compile_settings, load
from service.simulator.run import run
from service.store.database import open_store
from service.store.reads import Reads
from service.store.requests import By, ask
from service.store.tables import MAIN
from service.store.transaction import Transaction
from tests.worlds import KEY

CONFIG = Path("config")
HOUR_MS = 3_600_000
ACT_AFTER_MS = (2 * HOUR_MS, 40 * HOUR_MS, 70 * HOUR_MS)
OPEN = "SELECT id FROM alert WHERE is_open = 1 ORDER BY id"


@dataclass
class Simulated:
    """Hold a company with its store, and the lines and the truth that it comes from."""

    settings: Settings
    compiled: Compiled
    reads: Reads
    database: Path
    stream: Path
    truth: dict[str, Any]


def simulated(
    folder: Path, *, acting: bool = False, config: Path = CONFIG, **how: Any
) -> Simulated:
    """Return a company that lived what the simulator tells."""
    stream, truth = folder / "stream.ndjson", folder / "truth.json"
    run(stream, truth, config=config, **how)
    draw = Random(how.get("seed", 1)) if acting else None
    return stored(folder, stream, config, draw, json.loads(truth.read_text("utf-8")))


def stored(
    folder: Path,
    stream: Path,
    config: Path,
    draw: Random | None = None,
    truth: dict[str, Any] | None = None,
    until: int | None = None,
    *,
    desk: bool = True,
) -> Simulated:
    """Return a company with a stream in its store; with a draw people act on what the desk knows.

    Without a desk no rule looks either, since nobody would hear of it: cases and facts alone.
    """
    settings = load(config)
    compiled = compile_settings(settings)
    database = folder / "erosion.db"
    store = open_store(f"sqlite:///{database}")
    with store.transaction() as transaction, stream.open("rb") as lines:
        told = Desk(compiled.directory) if desk else None
        block = Block(transaction)
        plan = compiled.plan if desk else without_rules(compiled.plan)
        replay = Replay(plan, desk=told, ledger=transaction if desk else block)
        items: Iterable[Event | Rejected] = Decoder(plan, KEY).lines(iter(lines))
        if desk:
            items = _one_by_one(_watched(items, transaction, replay, draw), replay)
        replay.run(items, until)
        block.write()
    assert not replay.rejected
    store.close()
    reads = Reads.readonly(f"sqlite:///{database}")
    return Simulated(settings, compiled, reads, database, stream, truth or {})


def _one_by_one(items: Iterable[Event | Rejected], replay: Replay) -> Iterator[Event | Rejected]:
    """Hand on events so that each is heard at its own instant, not with others of five minutes."""
    for item in items:
        yield item
        replay._flush()


def _watched(
    items: Iterable[Event | Rejected],
    transaction: Transaction,
    replay: Replay,
    draw: Random | None,
) -> Iterable[Event | Rejected]:
    return _Staff(transaction, replay, draw).watch(items) if draw else items


def without_rules(plan: Plan) -> Plan:
    """Return a plan whose touchpoints only judge their cases."""
    judged = {name: replace(one, rules=()) for name, one in plan.touchpoints.items()}
    return replace(plan, touchpoints=judged)


class Block(Memory):
    """Be a ledger that writes a thousand frames at once, for whom nobody decides."""

    def __init__(self, transaction: Transaction) -> None:
        """Begin with nothing."""
        super().__init__()
        self._transaction = transaction
        self._frames: list[Frame] = []

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Keep frames until there are enough."""
        self._frames += frames
        if len(self._frames) > 1000:
            self.write()
        return list(frames)

    def write(self) -> None:
        """Write what is kept."""
        self._transaction.apply_frames(MAIN, self._frames)
        self._frames = []


class _Staff:
    """Stand in the stream, and act on some of the alerts that are open."""

    def __init__(self, transaction: Transaction, replay: Replay, draw: Random) -> None:
        self._transaction, self._replay, self._draw = transaction, replay, draw
        self._looked_at = 0
        self._known: set[str] = set()
        self._plans: list[tuple[int, str, Kind]] = []

    def watch(self, items: Iterable[Event | Rejected]) -> Iterator[Event | Rejected]:
        """Hand on all events, and look about every hour."""
        for item in items:
            yield item
            if isinstance(item, Event) and item.time >= self._looked_at + HOUR_MS:
                self._looked_at = item.time
                self._look(max(item.recorded or 0, item.time))

    def _look(self, now: int) -> None:
        still = {str(row[0]) for row in self._transaction.rows(OPEN)}
        for alert in sorted(still - self._known):
            if self._draw.random() < 0.5:
                kind = self._draw.choice((Kind.TAKE, Kind.TOLD))
                self._plans.append((now + self._draw.choice(ACT_AFTER_MS), alert, kind))
            if self._draw.random() < 0.3:
                self._plans.append((now + ACT_AFTER_MS[-1], alert, Kind.TAKE))
        self._known |= still
        due = [plan for plan in self._plans if plan[0] <= now]
        self._plans = [plan for plan in self._plans if plan[0] > now]
        for _, alert, kind in due:
            if alert in still:
                ask(self._transaction, By("somebody", "test", now), alert, kind, "")
                self._decide(now)

    def _decide(self, now: int) -> None:
        loop = self._replay.loop
        loop.attending.hear()
        loop.settle(self._transaction, now)
        loop.settled()

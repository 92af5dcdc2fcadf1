"""What an engine worker leans on, for its tests: a store that fails, and a changelog in memory."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alerts.desk import Desk
from service.engine.fold import SEMANTICS
from service.engine.plan_data import to_data
from service.engine.sharding import on_topics
from service.errors import StoreAwayError
from service.hosts.engine_worker import EngineWorker
from service.hosts.shard import Shard
from service.log.decided import Record
from service.log.entry import Mark, Tick, Told, encode
from service.log.reading import FIRST
from service.settings import compile_settings, load
from service.store.database import Database, open_store
from service.store.standing import standing
from service.store.transaction import Transaction
from tests.hosts.test_shard import BEGIN, TOPIC, cut, happened

COMPILED = compile_settings(load(Path("tests/live/quick")))
PLAN = on_topics(COMPILED.plan, "door")
EVENTS = happened(4)


def log_of(step: int = 5) -> list[tuple[int, bytes]]:
    """Return a log of the desk's events, some at a time."""
    control = {"kind": "semantics", "number": SEMANTICS}
    found = [
        (BEGIN, encode(Told("rules/2", control, FIRST))),
        (BEGIN, encode(Told("plan/1", to_data(PLAN), FIRST))),
    ]
    for first in range(0, len(EVENTS), step):
        to = min(first + step, len(EVENTS))
        now = EVENTS[to - 1].time + (50 if to < len(EVENTS) else 90_000)
        found.append((now, encode(cut(EVENTS, first, to))))
        mark = Mark(TOPIC, "i", 0, to, now)
        found.append((now, encode(Tick([mark], {TOPIC: 1}, {"desk": now}))))
    return found


LOG = log_of()


class Changelog:
    """Be the gate: rows as they became durable, and what was acknowledged when."""

    def __init__(self) -> None:
        """Begin empty."""
        self.rows: dict[bytes, bytes] = {}
        self.happened: list[str] = []

    async def send(self, partition: int, key: bytes, value: bytes | None) -> None:
        """Write a row, or its tombstone."""
        self.happened.append("manifest" if key.endswith(b"manifest") else "row")
        if value is None:
            self.happened[-1] = "tombstone"
            self.rows.pop(key, None)
        else:
            self.rows[key] = value

    def acknowledge(self, partition: int, offset: int) -> None:
        """Note how far it is acknowledged."""
        self.happened.append(f"acknowledged {offset}")


class Flaky:
    """Be a store whose commits are undone, or kept without an answer, now and then."""

    is_shared = True

    def __init__(self, store: Database, troubles: Iterator[str]) -> None:
        """Take the store, and what becomes of each commit."""
        self._store, self._troubles = store, troubles

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Give a transaction."""
        trouble = next(self._troubles, "")
        with self._store.transaction() as transaction:
            yield transaction
            if trouble == "undone":
                raise StoreAwayError("away", "again")
        if trouble == "unknown":
            raise StoreAwayError("away", "again")

    def __getattr__(self, name: str) -> Any:
        """Be like the store in everything else."""
        return getattr(self._store, name)


class Bench:
    """Hold a worker and what it leans on."""

    def __init__(self, folder: Path, troubles: Iterable[str] = ()) -> None:
        """Make them."""
        self.real = open_store(f"sqlite:///{folder / 'results.db'}")
        self.store: Any = Flaky(self.real, iter(troubles))
        self.changelog = Changelog()
        self.noted: list[Record] = []
        self.suspects: set[int] = set()
        self.worker = self.made()

    def made(self) -> EngineWorker:
        """Return a new process's worker on the same store and changelog."""

        async def make(partition: int) -> Shard:
            name = PLAN.shards[partition]
            position, book = standing(self.real, name, BEGIN)
            desk = Desk(COMPILED.directory)
            return Shard(name, desk, book, position, {}, self.suspects)

        async def note(record: Record) -> None:
            self.noted.append(record)

        worker = EngineWorker(self.store, make, note, "w")
        worker.gate = self.changelog
        return worker

    async def feed(self, until: int, since: int = 0) -> None:
        """Bring entries of the first shard."""
        for offset in range(since, until):
            assert await self.worker.take(0, offset, *LOG[offset]) is None
        await self.worker.flush({})

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the store."""
        return self.real.rows(statement)


def everything(bench: Bench) -> list[list[tuple[Any, ...]]]:
    """Return all results."""
    tables = ("outcome", "reading", "signal", "waiting")
    found = [sorted(map(tuple, bench.rows(f"SELECT * FROM {table}"))) for table in tables]  # noqa: S608
    return [*found, bench.rows("SELECT frame FROM position"), bench.rows("SELECT key FROM outbox")]

"""A disk in memory: what is committed outlives a crash, what is not is gone.

A transaction collects its writes and does them at its commit, all or none; there is a point for a
crash before, inside and after.  The compare-and-set on frames is the one of the real store.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from alerts.alert import Alert
from alerts.asked import NOTHING, Asked
from alerts.courier import Receipt
from alerts.desk import REMEMBER_CLOSED_MS, Decision
from alerts.outbox import OutboxRow, Pending
from alerts.retry import Result
from service.engine.values import Frame
from service.errors import DamagedError


class Crash(BaseException):
    """End the simulated process here; nothing in it may catch this."""

    def __init__(self, place: str) -> None:
        """Name the place."""
        super().__init__(place)
        self.place = place


class StoreError(OSError):
    """Fail a transaction as a broken disk does; a full one raises StorageFullError."""


class Nature(Protocol):
    """Decide what goes wrong, and when."""

    def point(self, place: str, weight: float = 1.0) -> None:
        """Raise Crash now and then."""
        ...

    def trouble(self) -> None:
        """Raise StoreError or StorageFullError now and then."""
        ...


@dataclass(slots=True)
class Stored:
    """Hold one row of the outbox as the disk has it."""

    row: OutboxRow
    state: str = "pending"
    attempts: int = 0
    next_at: int = 0
    leased_until: int = 0
    detail: str = ""


@dataclass(slots=True)
class Checkpoint:
    """Hold a written state; one that is not whole has lost its last part."""

    offset: int
    version: int
    text: str
    whole: bool


@dataclass(slots=True)
class Disk:
    """Hold everything that is durable."""

    chunks: list[tuple[int, int, str, bytes]] = field(default_factory=list)
    position: int = 0
    frames: list[Frame] = field(default_factory=list)
    alerts: dict[str, str] = field(default_factory=dict)
    outbox: dict[str, Stored] = field(default_factory=dict)
    checkpoints: list[Checkpoint] = field(default_factory=list)

    def pending(self, channel: str) -> list[Pending]:
        """Return the unfinished rows of a channel in the order of their writing."""
        rows = (stored for stored in self.outbox.values() if stored.state == "pending")
        found = [Pending(s.row, s.attempts, s.next_at, s.leased_until) for s in rows]
        return [pending for pending in found if pending.row.channel == channel]

    def next_due(self) -> int | None:
        """Return when the first unfinished row that is first in its line may leave."""
        taken: set[tuple[str, ...]] = set()
        due: list[int] = []
        for stored in self.outbox.values():
            if stored.state == "pending":
                queues = stored.row.queues
                if taken.isdisjoint(queues):
                    due.append(max(stored.next_at, stored.leased_until))
                taken |= queues
        return min(due, default=None)

    def book(self, now: int) -> list[Alert]:
        """Return the alerts that may still change."""
        alerts = [Alert.from_row(json.loads(body)) for body in self.alerts.values()]
        return [a for a in alerts if a.is_open or a.changed_at >= now - REMEMBER_CLOSED_MS]

    def mark(self, receipt: Receipt) -> None:
        """Finish a row, or file it again."""
        stored = self.outbox[receipt.key]
        if receipt.next_at is None:
            stored.state = "sent" if receipt.result is Result.DELIVERED else "dead"
        stored.attempts, stored.next_at = receipt.attempt, receipt.next_at or 0
        stored.leased_until, stored.detail = 0, receipt.detail

    def lease(self, key: str, until: int) -> None:
        """Reserve a row."""
        self.outbox[key].leased_until = until

    def append(self, row: tuple[int, int, str, bytes]) -> None:
        """Append a chunk to the log."""
        self.chunks.append(row)

    def save(self, decision: Decision) -> None:
        """Keep alerts and messages; a key that is known changes nothing."""
        for alert in decision.alerts:
            self.alerts[alert.id] = json.dumps(alert.to_row())
        for row in decision.rows:
            again = OutboxRow.from_row(json.loads(json.dumps(row.to_row())))
            self.outbox.setdefault(row.key, Stored(again))


class SimTransaction:
    """Collect writes until the commit."""

    def __init__(self, disk: Disk, nature: Nature) -> None:
        """Begin with nothing written."""
        self.disk = disk
        self._nature = nature
        self.is_asked = False
        self._position = disk.position
        self._appended = 0
        self._writes: list[Callable[[], None]] = []

    def commit(self) -> None:
        """Do everything."""
        for write in self._writes:
            write()
        self.disk.position = self._position

    def append(self, shard: str, stamp: int, kind: str, payload: bytes) -> int:
        """Append a chunk to the log and return its number."""
        self._appended += 1
        number = len(self.disk.chunks) + self._appended
        self._writes.append(partial(self.disk.append, (number, stamp, kind, payload)))
        self._nature.point("c1: between two writes")
        return number

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Write the frames that are new, and return those."""
        new = [frame for frame in frames if frame.number > self._position]
        if not new:
            return []
        if new[0].number != self._position + 1:
            raise DamagedError("frames are missing", "")
        self._position = new[-1].number
        self._writes.append(partial(self.disk.frames.extend, new))
        return new

    def sit(self, shard: str, number: int) -> None:
        """Count nothing: there is one owner."""

    def asked(self, shard: str, now: int) -> Asked:
        """Return nothing: nobody asks."""
        return NOTHING

    def save_decision(self, decision: Decision, shard: str) -> None:
        """Write what the desk decided."""
        self._writes.append(partial(self.disk.save, decision))

    def quarantine(self, at: int, rejected: Iterable[Any]) -> None:
        """Keep nothing: no line is turned away at the door here."""

    def mark(self, receipt: Receipt) -> None:
        """Record an attempt."""
        self._writes.append(partial(self.disk.mark, receipt))

    def lease(self, key: str, until: int) -> None:
        """Reserve a row."""
        self._writes.append(partial(self.disk.lease, key, until))


class SimStore:
    """Give transactions on a disk."""

    def __init__(self, disk: Disk, nature: Nature) -> None:
        """Take the disk, and what goes wrong with it."""
        self.disk = disk
        self._nature = nature

    @contextmanager
    def transaction(self) -> Iterator[SimTransaction]:
        """Give one transaction: all of it is kept, or nothing."""
        self._nature.point("c1: before")
        transaction = SimTransaction(self.disk, self._nature)
        yield transaction
        self._nature.trouble()
        self._nature.point("c1: torn")
        transaction.commit()
        self._nature.point("c1: after, before the answer")

    def checkpoint_when_due(self) -> None:
        """Do nothing: there is no journal to fold into a file."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return chunks behind a number: the only question that the log asks."""
        after, _, limit = values
        return list(self.disk.chunks[after : after + limit])

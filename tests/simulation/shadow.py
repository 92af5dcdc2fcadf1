"""The undisturbed twin: it folds the durable log from its start in one go and never crashes."""

from collections.abc import Sequence
from typing import Any, cast

from alerts.asked import NOTHING, Asked
from alerts.desk import Decision, Desk
from alerts.directory import Directory
from alerts.outbox import OutboxRow
from service.engine.fold import Engine
from service.engine.results import state_hash
from service.engine.values import Frame
from service.log.sqlite import SqliteLog
from service.loop import Loop
from tests.simulation.storage import Disk, SimStore


class Shadow:
    """Be a ledger in memory, and the loop above it."""

    def __init__(self, disk: Disk, directory: Directory) -> None:
        """Take the disk whose log is folded."""
        self._log = SqliteLog(SimStore(disk, cast("Any", None)))
        self._loop = Loop(Engine(), Desk(directory))
        self._folded = 0
        self.frames: list[Frame] = []
        self.rows: dict[str, OutboxRow] = {}

    @property
    def engine(self) -> Engine:
        """Return the engine."""
        return self._loop.engine

    def catch_up(self) -> None:
        """Fold what the log holds by now."""
        for seq, chunk in self._log.read(self._folded):
            self._loop.fold((chunk,))
            self._loop.settle(self)
            self._loop.settled()
            self._folded = seq

    def wait(self, until: int) -> None:
        """Let the desk's time pass after the last chunk."""
        self.catch_up()
        self._loop.settle(self, until)
        self._loop.settled()

    def hash(self) -> str:
        """Return the state hash at the end of the log."""
        self.catch_up()
        return state_hash(self.engine)

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Keep every frame."""
        self.frames += frames
        return list(frames)

    def sit(self, shard: str, number: int) -> None:
        """Count nothing: there is one owner."""

    def asked(self, shard: str, now: int) -> Asked:
        """Return nothing: nobody asks."""
        return NOTHING

    def save_decision(self, decision: Decision, shard: str) -> None:
        """Keep every message."""
        for row in decision.rows:
            self.rows.setdefault(row.key, row)

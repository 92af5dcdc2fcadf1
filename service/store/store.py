"""The store of one process: a SQLite database with one writing connection.

WAL with `synchronous=FULL`: a commit that was answered survives the power.  One connection writes
and makes the checkpoints, which is also the guard against a defect of SQLite that needs two (05,
section 7.5).  Damaged storage is refused, never taken for empty (service.store.opening), and a
second process is turned away by a lock.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from service.errors import DamagedError, ErosionError, StorageFullError
from service.store.failure import RESTORE, explained, has_room
from service.store.lock import Lock
from service.store.migrate import migrate
from service.store.opening import check, create, database_path, engine_of, look
from service.store.sums import Sums
from service.store.tail import ROUND, Last, Tail
from service.store.transaction import Transaction
from service.store.wal import bytes_in_use, read_wal

T = TypeVar("T")
CHECKPOINT_BYTES = 4 * 1024 * 1024


class Store:
    """Own the database; every change goes through `transaction`."""

    is_shared = False

    def __init__(
        self, path: Path, engine: Engine, lock: Lock, proof: tuple[Sums, Tail, Last]
    ) -> None:
        """Take what `open` made."""
        self._path = path
        self._engine = engine
        self._lock = lock
        self._sums, self._tail, self._last = proof
        self._checked_to = 0
        self.checkpoint_bytes = CHECKPOINT_BYTES
        self.connection: Connection = engine.connect()

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open or make the database of a SQLite URL; raise BusyError or DamagedError."""
        path = database_path(url)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.umask(0o077)
        lock = Lock(path)
        try:
            return cls._opened(path, lock)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the lock must go
            lock.close()
            _fail(error, path, damaged=True)

    @classmethod
    def _opened(cls, path: Path, lock: Lock) -> "Store":
        if not path.exists():
            create(path)
        look(path)
        sums, tail = Sums(path), Tail(path)
        store = cls(path, engine_of(path), lock, (sums, tail, check(path, sums, tail)))
        migrate(store.connection)
        sums.mark(is_open=True)
        store.checkpoint()
        return store

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Give one transaction: all of it is kept, durably, or nothing."""
        commits = (self._last.commits + 1) % ROUND
        try:
            self.connection.exec_driver_sql("BEGIN IMMEDIATE")
            self.connection.exec_driver_sql(f"PRAGMA user_version = {commits}")
            transaction = Transaction(self.connection)
            yield transaction
            self.connection.exec_driver_sql("COMMIT")
        except BaseException as error:  # noqa: BLE001 - it is raised again, with what it means
            self._roll_back()
            _fail(error, self._path)
        seq, found = transaction.appended or (self._last.seq, self._last.sum)
        self._last = Last(commits, seq, found)
        with suppress(OSError):  # the commit stands; an older note only sees less
            self._tail.write(self._last)

    def call(self, work: Callable[[Transaction], T]) -> T:
        """Run work inside a transaction of its own and return what it returned, once durable."""
        with self.transaction() as transaction:
            return work(transaction)

    def checkpoint_when_due(self) -> None:
        """Write the log of commits into the database when it has become long."""
        size = bytes_in_use(self._path)
        if size < self._checked_to:
            self._checked_to = 0
        if size >= self._checked_to + max(self.checkpoint_bytes, self._checked_to // 4):
            # The file keeps its length: writing over it is cheaper to sync than making it longer.
            self.checkpoint(truncate=False)
            # Somebody who reads for long lets it grow; looking at all of it each time would not do.
            self._checked_to = size

    def checkpoint(self, *, truncate: bool = True) -> bool:
        """Write the log of commits into the database; tell whether there was room to do so."""
        try:
            self._checkpoint(truncate=truncate)
        except (DatabaseError, OSError) as error:
            if not isinstance(explained(error, self._path), StorageFullError):
                _fail(error, self._path)
            return False
        return True

    def make_room(self) -> bool:
        """Tell whether another commit has a chance; the log of commits gives back what it can."""
        return self.checkpoint() and has_room(self._path)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one statement."""
        return [tuple(row) for row in self.connection.exec_driver_sql(statement, tuple(values))]

    def close(self) -> None:
        """Let go of the database and its lock."""
        with suppress(ErosionError, OSError):
            if self.checkpoint():
                self._sums.mark(is_open=False)
        self.connection.close()
        self._engine.dispose()
        self._tail.close()
        self._lock.close()

    def _checkpoint(self, *, truncate: bool) -> None:
        before, wal = self._sums.known(), read_wal(self._path)
        self._sums.take(wal)
        frames = int(self.rows("PRAGMA wal_checkpoint(PASSIVE)")[0][1])
        if frames != wal.frames:
            self._sums.forget_since(before)
            self._sums.take(read_wal(self._path, frames=frames))
        if not truncate:
            return
        self.connection.exec_driver_sql("PRAGMA busy_timeout=0")
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        self.connection.exec_driver_sql("PRAGMA busy_timeout=5000")

    def _roll_back(self) -> None:
        """Roll back, unless SQLite did so itself, as it does after some failures."""
        raw = self.connection.connection.dbapi_connection
        if raw is not None and raw.in_transaction:
            with suppress(DatabaseError):
                self.connection.exec_driver_sql("ROLLBACK")


def _fail(error: BaseException, path: Path, *, damaged: bool = False) -> NoReturn:
    """Raise what an error means; while opening, what nothing explains is damage."""
    found = explained(error, path)
    if found is None and damaged and isinstance(error, DatabaseError):
        found = DamagedError(f"{path} is damaged: {error.orig}", RESTORE)
    if found is None:
        raise error
    raise found from error

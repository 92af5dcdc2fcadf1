"""The store of one process: a SQLite database with one writing connection.

WAL with `synchronous=FULL`: a commit that was answered survives the power.  One connection
writes, which is also the guard against a defect of SQLite that needs two (05, section 7.5).
Damaged storage is refused, never taken for empty, and a second process is turned away by a lock.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from service.errors import BusyError, ConfigurationError, DamagedError
from service.store.failure import RESTORE, explained, has_room
from service.store.migrate import migrate
from service.store.transaction import Transaction

# Written into the head of our files, so that another program's are never taken for ours.
OURS = 0x45524F53


class Store:
    """Own the database; every change goes through `transaction`."""

    def __init__(self, path: Path, engine: Engine, connection: Connection, lock: TextIO) -> None:
        """Take what `open` made."""
        self._path = path
        self._engine = engine
        self._lock = lock
        self.connection = connection

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open or make the database of a SQLite URL; raise BusyError or DamagedError."""
        path = database_path(url)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.umask(0o077)
        lock = _lock(path)
        try:
            if not path.exists():
                _create(path)
            _look(path)
            engine = _engine(url)
            return cls(path, engine, _checked(engine, path), lock)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the lock must go
            lock.close()
            found = explained(error, path) or _unexplained(error, path)
            raise found from None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Give one transaction: all of it is kept, durably, or nothing."""
        try:
            self.connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield Transaction(self.connection)
            self.connection.exec_driver_sql("COMMIT")
        except BaseException as error:
            self._roll_back()
            found = explained(error, self._path)
            if found is None:
                raise
            raise found from error

    def make_room(self) -> bool:
        """Tell whether another commit has a chance."""
        return has_room(self._path)

    def _roll_back(self) -> None:
        """Roll back, unless SQLite did so itself, as it does after some failures."""
        raw = self.connection.connection.dbapi_connection
        if raw is not None and raw.in_transaction:
            with suppress(DatabaseError):
                self.connection.exec_driver_sql("ROLLBACK")

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one statement."""
        return [tuple(row) for row in self.connection.exec_driver_sql(statement, tuple(values))]

    def close(self) -> None:
        """Let go of the database and its lock."""
        self.connection.close()
        self._engine.dispose()
        self._lock.close()


def database_path(url: str) -> Path:
    """Return the file of a SQLite URL; raise ConfigurationError for another kind."""
    found = make_url(url)
    if found.get_backend_name() != "sqlite" or not found.database:
        raise ConfigurationError(
            ["EROSION_DATABASE: the embedded host keeps its data in a SQLite file"]
        )
    return Path(found.database)


def _lock(path: Path) -> TextIO:
    file = path.with_suffix(".lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        hint = "stop the other one, or give this one its own folder: EROSION_DATA"
        raise BusyError(f"another process is using {path.parent}", hint) from None
    return file


def _prepare(raw: Any, _: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        raw.execute(f"PRAGMA {pragma}")


def _engine(url: str) -> Engine:
    engine = create_engine(
        url, isolation_level="AUTOCOMMIT", connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _create(path: Path) -> None:
    """Make a database beside its place and move it there when it is whole.

    So an empty or half-made file in its place can only be damage.
    """
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    engine = _engine(f"sqlite:///{new}")
    with engine.connect() as connection:
        migrate(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {OURS}")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    new.replace(path)


def _look(path: Path) -> None:
    """Refuse a file that is not ours by its first bytes, before anything could change it."""
    with path.open("rb") as file:
        head = file.read(100)
    if head[:16] != b"SQLite format 3\x00" or int.from_bytes(head[68:72]) != OURS:
        raise DamagedError(f"{path} is damaged, or not a database of ours", RESTORE)


def _checked(engine: Engine, path: Path) -> Connection:
    """Return the writing connection of a database that is whole and up to date."""
    connection = engine.connect()
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        connection.close()
        engine.dispose()
        raise DamagedError(f"{path} is damaged: {found}", RESTORE)
    migrate(connection)
    return connection


def _unexplained(error: BaseException, path: Path) -> BaseException:
    """Take an error that the driver gives for nothing else as damage; leave others alone."""
    if isinstance(error, DatabaseError):
        return DamagedError(f"{path} is damaged: {error.orig}", RESTORE)
    return error

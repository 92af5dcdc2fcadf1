"""Opening a database: its making, and the proof that it is whole.

Whole means: every page is as it was written, and no commit is missing.  Where the checksums are not
known, SQLite's full check has to do; they are made then.  Nothing here ever makes an empty database
in the place of one that is damaged.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

from service.errors import ConfigurationError, DamagedError
from service.store.failure import RESTORE
from service.store.files import sync_folder
from service.store.migrate import migrate
from service.store.sums import Sums
from service.store.tail import Last, Tail, tail_path
from service.store.wal import read_wal, wal_path

# Written into the head of our files, so that another program's are never taken for ours.
OURS = 0x45524F53
# SQLite checkpoints by itself only at the last close; before that the checksums must be taken.
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "wal_autocheckpoint=0",
)


def database_path(url: str) -> Path:
    """Return the file of a SQLite URL; raise ConfigurationError for another kind."""
    found = make_url(url)
    if found.get_backend_name() != "sqlite" or not found.database:
        problem = (
            "EROSION_DATABASE: the embedded host and the commands on its files need a SQLite file, "
            "as sqlite:////var/lib/erosion/erosion.db; PostgreSQL goes with EROSION_LOG=kafka"
        )
        raise ConfigurationError([problem])
    return Path(found.database)


def engine_of(path: Path) -> Engine:
    """Return the driver's engine for a database, with our settings on each connection."""
    engine = create_engine(
        f"sqlite:///{path}",
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    return engine


def create(path: Path) -> None:
    """Make a database beside its place and move it there when it is whole.

    So an empty or half-made file in its place can only be damage.
    """
    log = wal_path(path)
    if tail_path(path).exists() or (log.exists() and log.stat().st_size):
        raise DamagedError(f"{path} is missing, and it was there before", RESTORE)
    new = path.with_suffix(".new")
    for left in (new, wal_path(new), new.with_name(new.name + "-shm"), log):
        left.unlink(missing_ok=True)
    engine = engine_of(new)
    with engine.connect() as connection:
        migrate(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {OURS}")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    new.replace(path)
    sync_folder(path.parent)


def look(path: Path) -> None:
    """Refuse a file that is not ours by its first bytes, before anything could change it."""
    with path.open("rb") as file:
        head = file.read(100)
    if head[:16] != b"SQLite format 3\x00" or int.from_bytes(head[68:72]) != OURS:
        raise DamagedError(f"{path} is damaged, or not a database of ours", RESTORE)


def check(path: Path, sums: Sums, tail: Tail) -> Last:
    """Prove that a database is whole, changing nothing if it is not; return its last commit.

    A process that was killed leaves a write-ahead log.  If it is gone, another program has written
    it into the database, where it changed pages that we cannot know: SQLite's check must do then.
    """
    wal = read_wal(path, verify=True)
    known = sums.exists and not (sums.is_open and not wal_path(path).exists())
    if known:
        sums.check(wal)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reading:
        if wal.frames or not known:
            _ask(reading, path, "quick_check(1)" if known else "integrity_check(1)")
        last = tail.check(reading)
    if not known:
        if wal.frames:
            _write_back(path)
        sums.make()
    return last


def _ask(reading: sqlite3.Connection, path: Path, question: str) -> None:
    found = reading.execute(f"PRAGMA {question}").fetchone()[0]
    if found != "ok":
        raise DamagedError(f"{path} is damaged: {found}", RESTORE)


def _write_back(path: Path) -> None:
    engine = engine_of(path)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _prepare(raw: Any, _: object) -> None:
    for pragma in _PRAGMAS:
        raw.execute(f"PRAGMA {pragma}")

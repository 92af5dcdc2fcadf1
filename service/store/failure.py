"""What a failed write means: no room, a broken disk, or damage.

No room is harmless: the transaction is rolled back and a later one may succeed.  A broken disk is
not: after a failed fsync the system may have dropped what it could not write, so that a second
fsync would succeed over a hole.  SQLite gives one code for both a file that may not grow (the limit
of a process or a quota) and a disk that failed to write; only the disk itself can tell them apart,
so it is asked to take a little more.  A database that another program holds is like a full disk:
it passes, and nothing was lost.
"""

import errno
import os
import sqlite3
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, getrlimit

from sqlalchemy.exc import DBAPIError

from service.errors import (
    DamagedError,
    ErosionError,
    NotFoundError,
    StorageBrokenError,
    StorageFullError,
    StoreAwayError,
)

SPARE_BYTES = 64 * 1024
RESTORE = "restore the last backup: erosion restore FILE --replace; nothing was changed"
_MAKE_ROOM = "make room on this disk; the service goes on by itself"
_SERVER_ROOM = "make room on the server's disk; the service goes on by itself"
_LOOK_AT_DISK = "look at the disk and at the kernel's messages, then start again"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# A write, a file that should grow, or a file that should be made; never a sync and never a read.
_MAYBE_NO_ROOM = (
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_CANTOPEN,
)
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
# What a server says when it is away, stands by, is overrun, or let another go first: SQLSTATEs, or
# the beginnings of some.  `lost` is what we say when the line was cut before it could say anything.
_AWAY = ("lost", "08", "40", "57P", "57014", "55P03", "25006", "25P03", "53000", "53200", "53300")
_SERVER_FULL, _SERVER_DISK, _NO_TABLE = "53100", "58030", "42P01"
_SERVER_DAMAGE = ("XX001", "XX002", "58P01")
_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def explained(error: BaseException, path: Path) -> ErosionError | None:
    """Return what an error of the driver or the system means for a database; None if nothing."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError):
        return _of_system(cause, path)
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(cause, sqlite3.Error) and isinstance(code, int):
        return _of_sqlite(cause, code, path)
    return None


def explained_by_server(detail: str, state: str, place: str) -> ErosionError | None:
    """Return what a database server's error means, by its SQLSTATE; None if nothing."""
    told = " ".join(detail.split())
    if state.startswith(_AWAY):
        hint = "see that the server runs and takes writes; the service tries again by itself"
        return StoreAwayError(f"the database at {place} is away: {told}", hint)
    if state == _SERVER_FULL:
        return StorageFullError(f"there is no room for {place}: {told}", _SERVER_ROOM)
    if state == _SERVER_DISK:
        return StorageBrokenError(f"the disk under {place} failed: {told}", _LOOK_AT_DISK)
    if state in _SERVER_DAMAGE:
        hint = "restore the last backup of this server's database"
        return DamagedError(f"the database at {place} is damaged: {told}", hint)
    if state == _NO_TABLE:
        hint = "start an engine or a desk with this EROSION_DATABASE first"
        return NotFoundError(f"nothing is kept at {place} yet", hint)
    return None


def _of_sqlite(cause: sqlite3.Error, code: int, path: Path) -> ErosionError | None:
    primary = code & 0xFF
    if primary == sqlite3.SQLITE_FULL or (code in _MAYBE_NO_ROOM and not has_room(path)):
        return StorageFullError(f"there is no room for {path}", _MAKE_ROOM)
    if primary in _HELD:
        hint = "end what has it open for writing; the service goes on by itself"
        return StorageFullError(f"another program holds {path}", hint)
    if primary in _DAMAGE:
        return DamagedError(f"{path} is damaged: {cause}", RESTORE)
    if primary in _DISK:
        name = getattr(cause, "sqlite_errorname", "")
        return StorageBrokenError(f"the disk under {path} failed: {cause} ({name})", _LOOK_AT_DISK)
    return None


def _of_system(error: OSError, path: Path) -> ErosionError | None:
    if error.errno in _NO_ROOM:
        return StorageFullError(f"there is no room for {path}", _MAKE_ROOM)
    if error.errno in (errno.EIO, errno.EROFS):
        detail = error.strerror
        return StorageBrokenError(f"the disk under {path} failed: {detail}", _LOOK_AT_DISK)
    return None


def has_room(path: Path) -> bool:
    """Tell whether the files of a database may grow by a little more."""
    limit = getrlimit(RLIMIT_FSIZE)[0]
    beside = (path, path.with_name(path.name + "-wal"))
    largest = max((file.stat().st_size for file in beside if file.exists()), default=0)
    if limit != RLIM_INFINITY and largest + SPARE_BYTES > limit:
        return False
    spare = path.with_suffix(".spare")
    try:
        with spare.open("wb") as file:
            file.write(bytes(SPARE_BYTES))
            file.flush()
            os.fdatasync(file.fileno())
    except OSError as error:
        return error.errno not in _NO_ROOM
    finally:
        spare.unlink(missing_ok=True)
    return True

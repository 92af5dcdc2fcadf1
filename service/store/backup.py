"""A backup: one tar file with the database, the customers' key, and a list of checksums.

The database is copied by SQLite's own backup in one step through a reader, so the service goes on
and the copy is of one instant.  It is proved before the file gets its name.  The key is in it,
because without it no customer is ever recognised again: keep the file as you keep the key.
Checkpoints of the engine are copied first, so that none is younger than the log beside it.
"""

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from service.errors import DamagedError, ErosionError, NotFoundError
from service.store.files import sync_file, sync_folder
from service.store.migrate import HEAD
from service.store.opening import OURS

DATABASE, KEY, CHECKPOINTS, LIST = "erosion.db", "customer_key", "checkpoints", "backup.json"
_ANOTHER = "take another backup; this one was not used"


def write_backup(database: Path, data: Path, key: str | None, out: Path, at: str) -> int:
    """Write a backup and return how many chunks of the log are in it."""
    if not database.exists():
        raise NotFoundError(f"there is no database {database}", "set EROSION_DATA")
    if not out.parent.is_dir():
        raise ErosionError(f"there is no folder {out.parent}", "make it first, or write elsewhere")
    with tempfile.TemporaryDirectory(prefix=".erosion-", dir=out.parent) as name:
        folder = Path(name)
        if (data / CHECKPOINTS).is_dir():
            _copy_checkpoints(data / CHECKPOINTS, folder / CHECKPOINTS)
        with _reading(database) as source, closing(sqlite3.connect(folder / DATABASE)) as copy:
            source.backup(copy)
        if key is not None:
            (folder / KEY).write_text(key, encoding="ascii")
        chunks = prove(folder / DATABASE)
        _write_list(folder, {"at": at, "chunks": chunks, "schema": HEAD})
        _pack(folder, out)
    return chunks


def read_backup(file: Path, folder: Path) -> int:
    """Unpack a backup into an empty folder, prove it, and return its number of chunks."""
    try:
        with tarfile.open(file, "r:") as tar:
            listed = _listed(tar)
            for name, wanted in listed.items():
                _unpack(tar, name, wanted, folder)
    except (tarfile.TarError, KeyError, ValueError, EOFError) as error:
        raise DamagedError(f"{file} is no whole backup: {error}", _ANOTHER) from None
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {file}", "name a file of `erosion backup`") from None
    if DATABASE not in listed:
        raise DamagedError(f"{file} holds no database", _ANOTHER)
    return prove(folder / DATABASE)


def prove(database: Path) -> int:
    """Return how many chunks a database holds; raise DamagedError if it is not whole or not ours."""
    try:
        with _reading(database) as reading:
            ours = reading.execute("PRAGMA application_id").fetchone()[0]
            found = reading.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if ours != OURS or found != "ok":
                detail = "not a database of ours" if ours != OURS else found
                raise DamagedError(f"{database.name} is damaged: {detail}", _ANOTHER)
            (schema,) = reading.execute("SELECT version_num FROM alembic_version").fetchone()
            if str(schema) > HEAD:
                hint = "run the version that wrote it, or a newer one"
                raise DamagedError(f"this database is of another version: {schema}", hint)
            return int(reading.execute("SELECT count(*) FROM chunk").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise DamagedError(f"{database.name} is damaged: {error}", _ANOTHER) from None


@contextmanager
def _reading(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        yield connection


def _copy_checkpoints(source: Path, target: Path) -> None:
    """Copy what is there; a checkpoint that is deleted meanwhile is older than another one."""
    target.mkdir()
    for file in sorted(source.rglob("*")):
        place = target / file.relative_to(source)
        if file.is_dir():
            place.mkdir(exist_ok=True)
            continue
        try:
            shutil.copyfile(file, place)
        except FileNotFoundError:
            place.unlink(missing_ok=True)


def _members(folder: Path) -> list[Path]:
    return sorted(
        p for p in folder.rglob("*") if p.is_file() and p.name[-4:] not in ("-wal", "-shm")
    )


def _write_list(folder: Path, told: Mapping[str, object]) -> None:
    sums = {str(path.relative_to(folder)): _sum(path) for path in _members(folder)}
    text = json.dumps({**told, "sha256": sums}, indent=1)
    (folder / LIST).write_text(text, encoding="utf-8")


def _pack(folder: Path, out: Path) -> None:
    packed = folder / ".tar"
    with (
        _private(packed) as stream,
        tarfile.open(fileobj=stream, mode="w") as tar,
    ):
        for path in [folder / LIST, *(p for p in _members(folder) if p.name not in (LIST, ".tar"))]:
            tar.add(path, str(path.relative_to(folder)))
    sync_file(packed)
    packed.replace(out)
    sync_folder(out.parent)


def _listed(tar: tarfile.TarFile) -> dict[str, str]:
    stream = tar.extractfile(LIST)
    found = json.load(stream or io.BytesIO(b"{}"))["sha256"]
    names = [member.name for member in tar.getmembers() if member.name != LIST]
    if sorted(names) != sorted(found) or not all(map(_is_ours, names)):
        raise ValueError("its files are not those of its list")
    return dict(found)


def _is_ours(name: str) -> bool:
    parts = Path(name).parts
    return name in (DATABASE, KEY) or (parts[0] == CHECKPOINTS and ".." not in parts)


def _unpack(tar: tarfile.TarFile, name: str, wanted: str, folder: Path) -> None:
    place = folder / name
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    stream = tar.extractfile(name)
    if stream is None:
        raise ValueError(f"{name} is no file")
    with _private(place) as target:
        shutil.copyfileobj(stream, target)
    if _sum(place) != wanted:
        raise ValueError(f"{name} is not as it was written")
    sync_file(place)


def _private(path: Path) -> BinaryIO:
    path.touch(mode=0o600)
    return path.open("wb")


def _sum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

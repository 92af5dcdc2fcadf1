"""Put a backup in place: proved first, beside the old data, and never over it.

Everything is unpacked and proved inside the data folder before anything that is there moves, so
that no disk border lies between, and a backup that is not whole changes nothing.  The database
gets its name last: a restore that is killed leaves a folder without one, which refuses to start.
"""

import shutil
from pathlib import Path

from service.errors import BusyError, ErosionError
from service.store.backup import DATABASE, read_backup
from service.store.files import sync_folder
from service.store.lock import Lock

_UNPACKED = ".restoring"


def restore(file: Path, data: Path, *, replace: bool, at: str) -> tuple[int, Path | None]:
    """Restore a backup; return its number of chunks, and where the old data is kept."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Lock(data / DATABASE):
        if not replace and _lived_in(data):
            hint = "add --replace: the old data is kept beside it, as a folder with the time"
            raise BusyError(f"there is data in {data} already", hint)
        unpacked = data / _UNPACKED
        shutil.rmtree(unpacked, ignore_errors=True)
        try:
            unpacked.mkdir(mode=0o700)
            chunks = read_backup(file, unpacked)
            kept = _set_aside(data, at) if _lived_in(data) else None
            source = unpacked if kept is None or unpacked.exists() else kept / _UNPACKED
            _put_in_place(source, data)
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
    return chunks, kept


def _lived_in(data: Path) -> bool:
    return any(path.suffix != ".lock" for path in data.glob("erosion.*"))


def _set_aside(data: Path, at: str) -> Path:
    """Keep the old folder beside the new one; where it is a disk of its own, inside it."""
    kept = data.with_name(f"{data.name}.before-{at}")
    if kept.exists():
        raise ErosionError(f"{kept} is there already", "wait a second and try again")
    try:
        data.rename(kept)
    except OSError:
        return _set_aside_inside(data, at)
    data.mkdir(mode=0o700)
    return kept


def _set_aside_inside(data: Path, at: str) -> Path:
    kept = data / f"before-{at}"
    kept.mkdir(mode=0o700)
    for path in list(data.iterdir()):
        if path.name not in (kept.name, _UNPACKED, "erosion.lock") and "before-" not in path.name:
            path.rename(kept / path.name)
    return kept


def _put_in_place(source: Path, data: Path) -> None:
    found = [path for path in source.iterdir() if path.name[-4:] not in ("-wal", "-shm")]
    for path in sorted(found, key=lambda path: path.name == DATABASE):
        place = data / path.name
        if place.is_dir():
            shutil.rmtree(place)
        path.replace(place)
        sync_folder(data)
    shutil.rmtree(source, ignore_errors=True)

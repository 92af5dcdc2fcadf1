"""A log in a file: written by one machine, read by whoever moves it, scores it or advises on it.

Records that were set aside are left out already, so nothing has to be known beforehand by whoever
folds it.  It stands apart from the way to Kafka, whose client is an extra: a back-test needs none.
Importing the client late was rejected: the walls between packages see only what stands on top.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from service.engine.values import Chunk
from service.errors import DamagedError, ErosionError, NotFoundError
from service.hosts.beginning import whole
from service.log.codec import decode_events, encode_control, encode_events
from service.log.sqlite import SqliteLog
from service.settings import ProcessSettings
from service.store.opening import database_path
from service.store.store import Store

FORM = "erosion-log/1"


def export_log(process: ProcessSettings, file: Path) -> int:
    """Write every chunk of a log into a file, a line each, and return how many there are."""
    if not database_path(process.database_url).exists():
        raise NotFoundError(f"there is no data in {process.data}", "set EROSION_DATA")
    store = Store.open(process.database_url)
    try:
        log = SqliteLog(store)
        if log.is_cut():
            hint = "the results of its beginning are in the database only; begin anew on Kafka"
            raise ErosionError("the beginning of this log was deleted for its age", hint)
        with file.open("w", encoding="ascii") as out:
            out.write(json.dumps({"form": FORM}) + "\n")
            count = 0
            for chunk in _worth(log):
                out.write(json.dumps([chunk.stamp, *_written(chunk)]) + "\n")
                count += 1
            out.write(json.dumps({"chunks": count}) + "\n")
    finally:
        store.close()
    return count


def read_exported(file: Path) -> list[Chunk]:
    """Return the chunks of an exported log; raise DamagedError for a file that is none, or cut."""
    try:
        first, *rows = [json.loads(line) for line in file.read_text("ascii").splitlines()]
        last = rows.pop()
        is_whole = first["form"] == FORM and last["chunks"] == len(rows)
        chunks = [_chunk(*row) for row in rows]
    except OSError as error:
        raise NotFoundError(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise DamagedError(f"{file} is no whole exported log: {error}", "export it again") from None
    if not is_whole:
        raise DamagedError(f"{file} is cut, or of another form", "export it again")
    return chunks


def _worth(log: SqliteLog) -> Iterator[Chunk]:
    """Yield the chunks without the versions of their rules: the newest decide all of it."""
    for _, chunk in whole(log, 0):
        if chunk.control is None or chunk.control.get("kind") != "semantics":
            yield chunk


def _written(chunk: Chunk) -> tuple[str, Any]:
    if chunk.control is not None:
        return "control", json.loads(encode_control(chunk.control))
    return "events", json.loads(encode_events(chunk.events))


def _chunk(stamp: int, kind: str, payload: Any) -> Chunk:
    if kind == "control":
        return Chunk(stamp, (), payload)
    return Chunk(stamp, decode_events(json.dumps(payload).encode()))

"""Checkpoints of the engine as files: parts, and a manifest that is written last.

A checkpoint is a folder named by the last chunk that it covers.  It is written beside its place,
synced, and moved there when it is whole, so that a folder in its place is whole or damaged, never
half-made.  Two are kept; the older one is the way back when the newer cannot be trusted.  What
cannot be trusted is passed over with a reason: the log is the truth, a checkpoint only spares time.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

KEPT = 2
MANIFEST = "manifest.json"


class Found(NamedTuple):
    """Hold one checkpoint that can be trusted."""

    seq: int
    parts: dict[str, Any]
    size: int


class Checkpoints:
    """Write, find and let go of the checkpoints of one shard."""

    def __init__(self, folder: Path, version: tuple[int, int]) -> None:
        """Take the folder, and the version of the parts and of the engine's semantics."""
        self._folder = folder
        self._version = list(version)
        self.passed_over: list[str] = []

    def write(self, seq: int, parts: Iterable[tuple[str, Any]]) -> int:
        """Write a checkpoint that covers the log up to a chunk; return its size in bytes."""
        new = self._folder / f"{seq}.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700, parents=True)
        table = [self._part(new, number, *part) for number, part in enumerate(parts)]
        manifest = to_json({"version": self._version, "seq": seq, "parts": table})
        _durable(new / MANIFEST, manifest)
        _sync(new)
        place = self._folder / str(seq)
        shutil.rmtree(place, ignore_errors=True)
        new.replace(place)
        _sync(self._folder)
        return sum(size for _, _, _, size in table) + len(manifest)

    def newest(self, before: int = 2**62) -> Found | None:
        """Return the newest checkpoint before a chunk that can be trusted.

        `passed_over` says why others cannot.
        """
        self.passed_over = []
        for seq in (seq for seq in self.seqs() if seq < before):
            try:
                return self._read(seq)
            except (OSError, ValueError, KeyError, TypeError) as error:
                self.passed_over.append(f"checkpoint {seq}: {error}")
        return None

    def seqs(self) -> list[int]:
        """Return the chunks that checkpoints cover up to, the newest first."""
        if not self._folder.is_dir():
            return []
        names = (path.name for path in self._folder.iterdir() if path.is_dir())
        return sorted((int(name) for name in names if name.isdecimal()), reverse=True)

    def replace(self, old: str, new: str) -> int:
        """Put one text of equal length in place of another, everywhere; return in how many parts."""
        count = 0
        for seq in self.seqs():
            folder = self._folder / str(seq)
            manifest = from_json((folder / MANIFEST).read_bytes())
            for row in manifest["parts"]:
                raw = (folder / row[1]).read_bytes()
                if old.encode() in raw:
                    changed = raw.replace(old.encode(), new.encode())
                    _durable(folder / row[1], changed)
                    row[2] = sha256(changed).hexdigest()
                    count += 1
            _durable(folder / MANIFEST, to_json(manifest))
        return count

    def tidy(self) -> None:
        """Let go of what is older than the last two, and of what was never finished."""
        kept = {str(seq) for seq in self.seqs()[:KEPT]}
        for path in list(self._folder.iterdir()) if self._folder.is_dir() else []:
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    def _part(self, folder: Path, number: int, name: str, value: Any) -> tuple[str, str, str, int]:
        raw = to_json(value)
        file = f"{number}.json"
        _durable(folder / file, raw)
        return name, file, sha256(raw).hexdigest(), len(raw)

    def _read(self, seq: int) -> Found:
        folder = self._folder / str(seq)
        manifest = from_json((folder / MANIFEST).read_bytes())
        if manifest["version"] != self._version or manifest["seq"] != seq:
            raise ValueError(f"written by another version {manifest['version']}")
        parts = dict(self._parts(folder, manifest["parts"]))
        return Found(seq, parts, sum(size for _, _, _, size in manifest["parts"]))

    def _parts(self, folder: Path, table: list[Any]) -> Iterator[tuple[str, Any]]:
        for name, file, digest, _ in table:
            raw = (folder / file).read_bytes()
            if sha256(raw).hexdigest() != digest:
                raise ValueError(f"the part {name} is damaged")
            yield name, from_json(raw)


def _durable(path: Path, raw: bytes) -> None:
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Checkpoints of the engine as files: parts, and a manifest that is written last.

A checkpoint is a folder named by the last chunk that it covers.  It is written beside its place,
synced, and moved there when it is whole, so that a folder in its place is whole or damaged, never
half-made.  Two are kept; the older one is the way back when the newer cannot be trusted.  What
cannot be trusted is passed over with a reason: the log is the truth, a checkpoint only spares time.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

KEPT = 2
MANIFEST = "manifest.json"


class Parts(Mapping[str, Any]):
    """Read a part each time it is asked for: all of them at once need more memory than the engine."""

    def __init__(self, folder: Path, table: list[Any]) -> None:
        """Take the folder, and the table of the manifest."""
        self._paths = {name: folder / file for name, file, _, _ in table}

    def __getitem__(self, name: str) -> Any:
        """Return the plain values of a part."""
        return from_json(self._paths[name].read_bytes())

    def __iter__(self) -> Iterator[str]:
        """Yield the names in the order in which the parts were written."""
        return iter(self._paths)

    def __len__(self) -> int:
        """Return how many parts there are."""
        return len(self._paths)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a part, without reading it."""
        return name in self._paths


class Found(NamedTuple):
    """Hold one checkpoint that can be trusted."""

    seq: int
    parts: Parts
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

    def written_s(self, seq: int) -> int:
        """Return when a checkpoint was written, in seconds; 0 if that cannot be read."""
        try:
            return int((self._folder / str(seq) / MANIFEST).stat().st_mtime)
        except OSError:
            return 0

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
        for name, file, digest, _ in manifest["parts"]:
            with (folder / file).open("rb") as raw:
                if file_digest(raw, "sha256").hexdigest() != digest:
                    raise ValueError(f"the part {name} is damaged")
        size = sum(size for _, _, _, size in manifest["parts"])
        return Found(seq, Parts(folder, manifest["parts"]), size)


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

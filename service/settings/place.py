"""Where in the files every key and value stands, so that each problem can point at its line.

A path is the tuple of keys and list positions that leads to a value.  Validators speak of paths
that are a little longer than the file's (the branch of a choice, the first of a list that was
written as a single name), so a look-up follows what exists and skips what does not.  Carrying
the places inside the values was rejected: the models would then know about files.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Name one position in one file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return what editors and terminals turn into a link."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Places:
    """Remember for each path where its key and its value stand, and how the value was typed."""

    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    typed: dict[Path, str] = field(default_factory=dict)

    def value(self, path: Iterable[str | int]) -> Place:
        """Return the place of the nearest value on the path."""
        return self.values[self.follow(path)]

    def key(self, path: Iterable[str | int]) -> Place:
        """Return the place of the nearest key on the path, or of the item where it has none."""
        found = self.follow(path)
        return self.keys.get(found) or self.values[found]

    def follow(self, path: Iterable[str | int]) -> Path:
        """Return the part of the path that the files hold."""
        found: Path = ()
        for step in path:
            if (*found, step) in self.values:
                found = (*found, step)
        return found

    def take_in(self, other: "Places", below: Path) -> None:
        """Add what another file says below a path."""
        depth = len(below)
        for mine, theirs in ((self.keys, other.keys), (self.values, other.values)):
            mine.update({path: place for path, place in theirs.items() if path[:depth] == below})
        self.typed.update({path: raw for path, raw in other.typed.items() if path[:depth] == below})
